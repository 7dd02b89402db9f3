"""Pictures of media: a frame, a frame painted with a look, a sheet of shots."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from rotoscope._version import __version__
from rotoscope.api.easel import LIMITS, MOST_BYTES, Easel
from rotoscope.api.media_book import same_copy
from rotoscope.api.models.images import SUFFIXES, PaintOptions
from rotoscope.api.models.media import FrameQuery, PreviewQuery, SheetQuery
from rotoscope.api.pictures import KeptPicture
from rotoscope.api.services import Services
from rotoscope.api.staging import staged
from rotoscope.database.tables import Medium
from rotoscope.errors import UnsupportedMedia
from rotoscope.media.clip import open_clip
from rotoscope.media.shots import Shot, find_shots
from rotoscope.media.timecode import parse_time
from rotoscope.render.frame_picture import frame_picture
from rotoscope.render.looks.reading import LookText
from rotoscope.render.shots_sheet import draw_shots, pictures_of_shots
from rotoscope.render.still import PaintedStill, encoded
from rotoscope.storage.naming import told_as

_MOST_FRAMES: Final = 20_000
"""Of a clip that is looked at as a whole while somebody waits."""
_CACHE_SECONDS: Final = 86_400


def key_of(*told: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    """SHA-256 of everything that decides a picture."""
    return hashlib.sha256(json.dumps([__version__, *told], sort_keys=True).encode()).hexdigest()


def frame_of(services: Services, easel: Easel, medium: Medium, frame: FrameQuery) -> KeptPicture:
    """One frame of a medium."""
    suffix = SUFFIXES[frame.format]
    key = key_of("frame", medium.sha256, frame.model_dump())

    def make() -> bytes:
        with _opened(services, easel, medium) as local:
            return _picture(local, frame).content

    return KeptPicture(key, suffix, partial(easel.pictures.get, key, make), _CACHE_SECONDS)


def preview_of(
    services: Services, easel: Easel, client_id: str, medium: Medium, look: LookText, asked: PreviewQuery
) -> PaintedStill:
    """One frame of a medium, painted with a look."""
    _refuse_long(medium)
    with (
        staged(services, client_id, most_bytes=MOST_BYTES) as staging,
        _opened(services, easel, medium) as local,
        staging.naming(),
    ):
        palette = services.palette_of(client_id)
        options = PaintOptions(look="stored")
        made = easel.open_look(palette, options, look, staging.take)
        with easel.painting:
            return frame_picture(local, **_frame_options(asked), look=made)


def shots_of(services: Services, easel: Easel, medium: Medium) -> tuple[Shot, ...]:
    """The shots of a medium."""
    _refuse_long(medium)
    with _opened(services, easel, medium) as local:
        return find_shots(open_clip(local, on_truncated="keep", limits=LIMITS))


def sheet_of(services: Services, easel: Easel, medium: Medium, sheet: SheetQuery) -> KeptPicture:
    """A sheet of a medium's shots."""
    _refuse_long(medium)
    suffix = SUFFIXES[sheet.format]
    name = medium.uri.rstrip("/").rpartition("/")[2]
    key = key_of("sheet", medium.sha256, name, sheet.model_dump())

    def make() -> bytes:
        with _opened(services, easel, medium) as local:
            clip = open_clip(local, on_truncated="keep", limits=LIMITS)
            shots = find_shots(clip)
            drawn = draw_shots(shots, pictures_of_shots(clip, shots), title=name)
            return encoded(drawn, suffix, quality=sheet.quality, quick=True).content

    return KeptPicture(key, suffix, partial(easel.pictures.get, key, make), _CACHE_SECONDS)


@contextmanager
def _opened(services: Services, easel: Easel, medium: Medium) -> Generator[Path]:
    """A local copy of a medium, and a turn to work on it."""
    settings, storage = services.settings, services.storage_of(medium.client_id)
    with told_as({settings.staging_dir: "", settings.data_dir: ""}):
        local = same_copy(settings, storage, medium)
        with told_as({local: medium.uri}), easel.turns.turn(medium.client_id):
            yield local


def _frame_options(frame: FrameQuery) -> dict[str, Any]:
    return {
        "at": None if frame.at is None else parse_time(frame.at),
        "index": frame.index,
        "width": frame.width,
        "suffix": SUFFIXES[frame.format],
        "quality": frame.quality,
        "limits": LIMITS,
    }


def _picture(local: Path, frame: FrameQuery) -> PaintedStill:
    return frame_picture(local, **_frame_options(frame))


def _refuse_long(medium: Medium) -> None:
    video: dict[str, Any] = medium.info.get("video", {})
    frames = video.get("frame_count_from_content") or 0
    if frames > _MOST_FRAMES:
        raise UnsupportedMedia(
            f"{medium.uri} has {frames:,} frames, and at most {_MOST_FRAMES:,} are looked at while "
            "somebody waits. Register a shorter part of it."
        )
