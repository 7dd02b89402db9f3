"""Fidelity of chapters and tags."""

from __future__ import annotations

from fractions import Fraction

from rotoscope.media.copying import TECHNICAL_KEYS
from rotoscope.media.fidelity_rows import Row, Verdict, container_of_result, kept, lost
from rotoscope.media.info import Chapter, MediaInfo, MediaKind

_ANY_TAG = frozenset({"mp4", "mov", "matroska", "webm"})
"""Containers that hold tags of any name."""
_CHAPTER_TICK = Fraction(1, 1000)


def compare_tags(before: MediaInfo, after: MediaInfo) -> list[Row]:
    """Chapters, and the container's tags."""
    return [*_compare_chapters(before, after), *_compare_metadata(before, after)]


def _compare_chapters(before: MediaInfo, after: MediaInfo) -> list[Row]:
    if not before.chapters:
        return []
    name, told, got = "chapters", str(len(before.chapters)), str(len(after.chapters))
    container = container_of_result(after)
    if container is None or not container.has_chapters:
        return [Row(name, told, got, Verdict.DROPPED, f"{after.container} holds none")]
    if len(before.chapters) != len(after.chapters):
        return [lost(name, told, got, "chapters are missing")]
    if all(map(_alike, before.chapters, after.chapters)):
        return [kept(name, told)]
    return [lost(name, told, got, "titles or times changed", verdict=Verdict.CONVERTED)]


def _alike(source: Chapter, result: Chapter) -> bool:
    moved = max(
        abs(source.start_seconds - result.start_seconds), abs(source.end_seconds - result.end_seconds)
    )
    return source.title == result.title and moved <= _CHAPTER_TICK


def _compare_metadata(before: MediaInfo, after: MediaInfo) -> list[Row]:
    if before.kind is not MediaKind.VIDEO:
        return []
    found = {key.lower(): value for key, value in after.metadata.items()}
    tags = {key: value for key, value in before.metadata.items() if key.lower() not in TECHNICAL_KEYS}
    if not tags:
        return []
    missing = sorted(key for key, value in tags.items() if found.get(key.lower()) != value)
    told = f"{len(tags)} tags"
    if not missing:
        return [kept("metadata", told)]
    got = f"without {', '.join(missing)}"
    container = container_of_result(after)
    if container is None or container.name not in _ANY_TAG:
        return [Row("metadata", told, got, Verdict.DROPPED, f"{after.container} holds few tags")]
    return [lost("metadata", told, got, f"{container.name} holds tags of any name")]
