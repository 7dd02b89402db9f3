"""Publishing into a Jekyll site: a page for each collection and work, with pictures and square crops."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final, cast

import yaml

from rotoscope.errors import PublishError
from rotoscope.media.frame import Pixels
from rotoscope.media.still_codecs import StillTags, encode_still
from rotoscope.motion.flow import Picture
from rotoscope.publish.front_matter import page
from rotoscope.publish.owned import PublishedFile, record_of
from rotoscope.publish.publishing import PublishReport, require_own_names
from rotoscope.publish.site.building import AtHand
from rotoscope.publish.site.gathering import OnWork, TagsOf, ToPublish, no_tags
from rotoscope.publish.site.made import MadePart, Makings, key_of
from rotoscope.publish.site.pictures import read_for_screen
from rotoscope.publish.site.text import to_plain
from rotoscope.publish.site.videos import shown_frame, web_video
from rotoscope.publish.targets.base import Target
from rotoscope.publish.work import Work, square_box
from rotoscope.render.look import resize_short_side
from rotoscope.render.sharing.crop import crop_picture
from rotoscope.render.sharing.interest import Crop
from rotoscope.render.sharing.shown import resized

JEKYLL_RECORD: Final = ".rotoscope-jekyll.json"
"""What a site owns of what was published into it; Jekyll leaves files with such names out."""
_VERSION: Final = 1
_WIDEST: Final = 1600
_SQUARE: Final = 800
_QUALITY: Final = 66
_SUMMARY: Final = 240
"""Characters of a summary that is made of a story."""
_LABELS: Final = ("collections", "works")


class JekyllPicture(MadePart):
    """Pictures of a work, by their addresses in the site."""

    image: str
    square: str


@dataclass(frozen=True, slots=True)
class BuiltPages:
    """All that is published."""

    files: dict[str, PublishedFile]
    made: dict[str, Any]
    pages: int


def publish_jekyll(
    given: Sequence[ToPublish],
    target: Target,
    *,
    overwrite: bool = False,
    tags_of: TagsOf = no_tags,
    on_work: OnWork | None = None,
) -> PublishReport:
    """Publish collections into a Jekyll site, which may hold anything else.

    ``_collections/NAME.markdown`` and ``_works/COLLECTION--WORK.markdown`` hold front matter and the texts;
    pictures are in ``images/COLLECTION/``, square ones in ``images/COLLECTION/square/``, videos in
    ``videos/COLLECTION/``. What is there already with the same bytes is left alone, what was published before
    and is gone from the collections is removed, and nothing else is touched.

    Args:
        given: collections with their files.
        target: the site, with :data:`JEKYLL_RECORD` as its record.
        overwrite: replace files of the site that were not published there.
        tags_of: what travels with a picture.
        on_work: told after every work.

    Raises:
        PublishError: two collections have one name.
        SiteConflict: a file would be replaced that was not published there; nothing was written.
        RotoscopeError: a file cannot be read, or the site not written to.
    """
    began = monotonic()
    require_own_names(given)
    with tempfile.TemporaryDirectory(prefix="rotoscope-") as scratch:
        built = build_pages(given, Path(scratch), before=target.state(), tags_of=tags_of, on_work=on_work)
        changes = target.put(built.files, record_of(built.files, built.made), overwrite=overwrite)
    shown = [one.collection for one in given if one.collection.published]
    hidden = [one.collection.name for one in given if not one.collection.published]
    notes = [*changes.notes]
    if hidden:
        notes.append(f"not published, as they say themselves: {', '.join(hidden)}")
    return PublishReport(
        site=target.shown_as,
        collections=len(shown),
        works=sum(len(one.works) for one in shown),
        pages=built.pages,
        files=len(built.files),
        size_bytes=sum(file.size_bytes for file in built.files.values()),
        changes=changes,
        links=None,
        notes=tuple(notes),
        elapsed_seconds=monotonic() - began,
    )


def build_pages(
    given: Sequence[ToPublish],
    scratch: Path,
    *,
    before: AtHand | None = None,
    tags_of: TagsOf = no_tags,
    on_work: OnWork | None = None,
) -> BuiltPages:
    """Make pages and pictures; nothing is written but to ``scratch``.

    Args:
        given: collections; those that are not published are left out.
        scratch: a folder for encoded videos; it must last until everything was put into its place.
        before: what is there already.
        tags_of: what travels with a picture.
        on_work: told after every work.

    Raises:
        RotoscopeError: a file is not there, or cannot be read.
    """
    before = before or AtHand()
    makings = Makings(before.record, before.files)
    shown = [one for one in given if one.collection.published]
    total = sum(len(one.collection.works) for one in shown)
    pages: dict[str, bytes] = {}
    done = 0
    for one in shown:
        collection = one.collection
        pictures: dict[str, JekyllPicture] = {}
        for work in collection.works:
            pictures[work.name] = _pictures(makings, one, work, tags_of(work))
            video = _video(makings, one, work, scratch) if work.kind == "video" else None
            pages[f"_works/{collection.name}--{work.name}.markdown"] = _work_page(
                one, work, pictures[work.name], video
            )
            done += 1
            if on_work is not None:
                on_work(done, total)
        pages[f"_collections/{collection.name}.markdown"] = _collection_page(one, pictures)
    files = makings.files | {path: PublishedFile.of(content) for path, content in pages.items()}
    return BuiltPages(dict(sorted(files.items())), makings.made, len(pages))


def undeclared(folder: Path) -> str | None:
    """A sentence where the site's ``_config.yml`` does not say that it has these collections; else None.

    Raises:
        PublishError: the file cannot be read.
    """
    config = folder / "_config.yml"
    if not config.is_file():
        return None
    try:
        said: Any = yaml.safe_load(config.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise PublishError(
            f"{config} cannot be read ({error}), so that Jekyll would not read it either. Correct it first."
        ) from error
    declared: Any = said.get("collections") if isinstance(said, dict) else None
    missing = [label for label in _LABELS if label not in (declared or ())]
    if not missing:
        return None
    return (
        f"_config.yml does not declare {' and '.join(missing)}, so that Jekyll leaves their pages out; write "
        "under collections: " + ", ".join(f"{label}: {{output: true}}" for label in missing)
    )


def _pictures(makings: Makings, given: ToPublish, work: Work, tags: StillTags) -> JekyllPicture:
    path = given.media.local(work.file)
    image = f"images/{given.collection.name}/{work.name}.jpg"
    square = f"images/{given.collection.name}/square/{work.name}.jpg"
    key = key_of(path, "jekyll", _VERSION, work.kind, work.square, image, tags)

    def made() -> tuple[JekyllPicture, dict[str, bytes | Path]]:
        pixels = shown_frame(path) if work.kind == "video" else read_for_screen(path)
        files: dict[str, bytes | Path] = {
            image: _encoded(_no_wider(pixels), tags),
            square: _encoded(_squared(pixels, work.square), tags),
        }
        return JekyllPicture(image=f"/{image}", square=f"/{square}"), files

    return makings.make(key, JekyllPicture, made)


def _no_wider(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    if width <= _WIDEST:
        return pixels
    return cast(
        "Pixels", resized(cast("Picture", pixels), (_WIDEST, max(1, round(height * _WIDEST / width))))
    )


def _squared(pixels: Pixels, middle: tuple[float, float] | None) -> Pixels:
    """The square that a work asks for, or else the one with the most to see."""
    height, width = pixels.shape[:2]
    if middle is None:
        side = min(width, height)
        cut = crop_picture(pixels, Crop.of((width, height), 1), (side, side))
    else:
        left, top, side = square_box((width, height), middle)
        cut = pixels[top : top + side, left : left + side]
    return resize_short_side(cut, min(_SQUARE, side))


def _encoded(pixels: Pixels, tags: StillTags) -> bytes:
    return encode_still(pixels, ".jpg", quality=_QUALITY, tags=tags).content


def _video(makings: Makings, given: ToPublish, work: Work, scratch: Path) -> str:
    folder = f"videos/{given.collection.name}"
    made = web_video(makings, given.media.local(work.file), work.name, scratch, place=f"{folder}/{work.name}")
    return f"/{made.file}"


def _collection_page(given: ToPublish, pictures: dict[str, JekyllPicture]) -> bytes:
    collection = given.collection
    cover = collection.cover_work
    front: dict[str, Any] = {
        "published": True,
        "layout": "collection",
        "title": collection.title,
        "description": collection.description,
        "summary": _summary(collection.story) or collection.description,
        "date": collection.date,
        "tags": list(collection.tags),
        "feature": collection.feature,
        "image": None if cover is None else pictures[cover.name].image,
        "images": [{"name": work.title, "image": pictures[work.name].image} for work in collection.works],
    }
    return page(front, collection.story, {name: one.image for name, one in pictures.items()})


def _work_page(given: ToPublish, work: Work, picture: JekyllPicture, video: str | None) -> bytes:
    front: dict[str, Any] = {
        "published": True,
        "layout": "works",
        "title": work.title,
        "date": work.date or given.collection.date,
        "tags": list(work.tags),
        "image": picture.image,
        "square": picture.square,
        "video": video,
    }
    return page(front, work.caption, {})


def _summary(story: str | None) -> str | None:
    """The beginning of a story, without its marks."""
    return None if story is None else to_plain(story, most=_SUMMARY) or None
