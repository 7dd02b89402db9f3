"""The pictures behind signed URLs."""

from __future__ import annotations

import json
from functools import partial
from math import floor
from pathlib import Path
from typing import Final

from rotoscope.api.easel import LIMITS, MOST_BYTES, Easel
from rotoscope.api.look_book import LookBook
from rotoscope.api.media_pictures import key_of
from rotoscope.api.models.images import SUFFIXES, PaintOptions
from rotoscope.api.models.picture_urls import UrlOptions
from rotoscope.api.pictures import KeptPicture
from rotoscope.api.services import Services
from rotoscope.api.shelf import filter_digests
from rotoscope.api.staging import staged
from rotoscope.database.spending import told_filters
from rotoscope.jobs.picture_charges import PictureBill
from rotoscope.media.stills import read_header
from rotoscope.palette.palette import Palette
from rotoscope.render.looks.reading import LookText
from rotoscope.render.looks.strangers import files_named, filters_named, require_no_path
from rotoscope.storage.storage import Storage

_SECONDS: Final = 3600
_LEAST_SIDE: Final = 16
_LOOK_ID: Final = "look_"
_NAMES: Final = {".png": ".png", ".webp": ".webp"}


def link_picture(
    services: Services, easel: Easel, client_id: str, look: str, options: UrlOptions, uri: str
) -> KeptPicture:
    """The picture of a URL whose signature was found in order.

    Args:
        services: what routes use.
        easel: paints it.
        client_id: whose URL it is: whose filters, looks and files it names.
        look: a filter, or the id of a stored look.
        options: how it is made.
        uri: of the photograph.
    """
    palette, storage = services.palette_of(client_id), services.storage_of(client_id)
    text = None
    if look.startswith(_LOOK_ID):
        text = LookBook(services.database).stored_text(client_id, look)
    suffix = SUFFIXES[options.format] if options.format else _NAMES.get(Path(uri).suffix.lower(), ".jpg")
    decides = [client_id, look, options.model_dump(), suffix, _version(storage, uri)]
    key = key_of("link", *decides, _look_version(palette, storage, look, text))

    def make() -> bytes:
        with staged(services, client_id, most_bytes=MOST_BYTES) as staging, staging.naming():
            source = staging.take(uri)
            paint = PaintOptions(
                filter=[] if text else [look],
                look="stored" if text else None,
                strength=options.strength,
                stroke_scale=options.stroke_scale,
                colors=options.colors,
                size=fitting_side(read_header(source, limits=LIMITS).frame_size, options),
                quality=options.quality,
            )
            specs = filters_named(text) if text else [look]
            painted = easel.paint(
                PictureBill(client_id, None, "picture-url", told_filters(specs)),
                palette,
                source,
                paint,
                look=text,
                take=staging.take,
                suffix=suffix,
                keeps_tags=False,  # anybody sees the picture, and they may say where it was taken
            )
            return painted.content

    return KeptPicture(key, suffix, partial(easel.pictures.get, key, make), _SECONDS, is_public=True)


def fitting_side(frame_size: tuple[int, int], options: UrlOptions) -> int | None:
    """Short side of a picture that is no wider and no higher than the options say; None: it fits as it is."""
    width, height = frame_size
    scale = min((options.width or width) / width, (options.height or height) / height)
    return None if scale >= 1 else max(_LEAST_SIDE, floor(min(frame_size) * scale))


def _version(storage: Storage, uri: str) -> list[str | int]:
    """Changes when what is stored does."""
    found = storage.stat(uri)
    return [uri, found.etag, found.size_bytes]


def _look_version(palette: Palette, storage: Storage, look: str, text: LookText | None) -> str:
    """Changes when a look, a filter of it, or a file that it names does."""
    specs = [look] if text is None else filters_named(text)
    for spec in specs:
        require_no_path(spec)
    files = [_version(storage, uri) for uri in files_named(specs, text)]
    return json.dumps([text and text.text, specs, [filter_digests(palette, spec) for spec in specs], files])
