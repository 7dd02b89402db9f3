"""Video that goes all the way round: what says so in MP4 and MOV, and how it comes along.

Google's Spherical Video RFC states the projection in boxes ``st3d`` and ``sv3d`` of the sample entry
(version 2), or as XML in a ``uuid`` box of the track (version 1). FFmpeg's muxer writes them, but PyAV
cannot tell it what, so they are put into a finished file here: the boxes around them grow, and where the
index lies before the samples, the places it names move.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from av.container import InputContainer
from av.sidedata.sidedata import SideDataContainer
from av.sidedata.sidedata import Type as SideDataType

from rotoscope.media.mp4_boxes import Box, find, read_index, tracks, within
from rotoscope.media.opening import open_container
from rotoscope.media.survey import main_stream

_EQUIRECTANGULAR: Final = 0
_XML_UUID: Final = bytes.fromhex("ffcc8263f8554a938814587a02521fdd")
_SPHERICAL_BOXES: Final = (b"sv3d", b"st3d")
_SAMPLE_ENTRY_FIELDS: Final = 78
"""Bytes of a visual sample entry before its boxes (ISO/IEC 14496-12, 12.1.3)."""


@dataclass(frozen=True, slots=True)
class Projection:
    """The boxes of an MP4 or MOV that say how a picture lies on a sphere, as they are."""

    in_entry: bytes = b""
    """``st3d`` and ``sv3d``."""
    in_track: bytes = b""
    """A ``uuid`` with XML."""

    @property
    def is_stated(self) -> bool:
        """Whether there is any."""
        return bool(self.in_entry or self.in_track)


def is_equirectangular(source: Path) -> bool:
    """Whether a video says that it goes all the way round, its left edge continuing its right one.

    Raises:
        OpenError: it cannot be opened.
    """
    with open_container(source) as container:
        return spherical_side_data(container) == _EQUIRECTANGULAR


def spherical_side_data(container: InputContainer) -> int | None:
    """FFmpeg's number of the projection (0: equirectangular), from the first frame; None: none stated."""
    frame = next(iter(container.decode(main_stream(container))), None)
    sides = () if frame is None else cast("SideDataContainer", frame.side_data)  # the stubs say otherwise
    found = next((bytes(side) for side in sides if side.type is SideDataType.SPHERICAL), None)
    return None if found is None else int(struct.unpack_from("=i", found)[0])


def carry_projection(source: Path, result: Path, muxer: str) -> str | None:
    """State the projection of a source in a finished result; gives a sentence where that cannot be.

    Args:
        source: a video.
        result: a finished video.
        muxer: FFmpeg's name of the muxer that wrote it.
    """
    projection = read_projection(source)
    if not projection.is_stated and is_equirectangular(source):
        projection = Projection(in_entry=whole_sphere())
    if not projection.is_stated:
        return None
    if muxer not in ("mp4", "mov"):
        return f"360° projection not stated: it is written into mp4 and mov, not into {muxer}"
    write_projection(result, projection)
    return None


def whole_sphere() -> bytes:
    """``sv3d`` of an equirectangular picture without a turn or a margin (Spherical Video RFC, version 2)."""
    header = _full_box(b"svhd", b"\0")  # an empty name of the maker
    pose = _full_box(b"prhd", bytes(12))
    bounds = _full_box(b"equi", bytes(16))
    return _plain_box(b"sv3d", header + _plain_box(b"proj", pose + bounds))


def _full_box(name: bytes, body: bytes) -> bytes:
    return _plain_box(name, bytes(4) + body)


def _plain_box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def read_projection(path: Path) -> Projection:
    """The boxes of the first video track; empty ones for other containers and where there are none."""
    index = read_index(path)
    if index is None:
        return Projection()
    content = index[1]
    for track in _video_tracks(content):
        entry = _sample_entry(content, track)
        inside = within(content, entry.body + _SAMPLE_ENTRY_FIELDS, entry.end) if entry else ()
        boxes = b"".join(content[b.start : b.end] for b in inside if b.name in _SPHERICAL_BOXES)
        xml = b"".join(
            content[b.start : b.end]
            for b in within(content, track.body, track.end)
            if b.name == b"uuid" and content[b.body : b.body + 16] == _XML_UUID
        )
        return Projection(boxes, xml)
    return Projection()


def write_projection(path: Path, projection: Projection) -> None:
    """Put the boxes into the first video track of a finished MP4 or MOV.

    The file has its index behind the samples or in front of them; both are read and written.
    """
    found = read_index(path)
    if found is None or not projection.is_stated:
        return
    place, content = found
    track = next(_video_tracks(content), None)
    entry = None if track is None else _sample_entry(content, track)
    if track is None or entry is None:
        return
    grown = bytearray(content)
    chain = _path_to(content, track, entry)
    for at, boxes, parents in (
        (track.end, projection.in_track, chain[:2]),
        (entry.end, projection.in_entry, chain),  # last, for it lies before the other
    ):
        grown[at:at] = boxes
        for box in parents:
            size = int.from_bytes(grown[box.start : box.start + 4], "big") + len(boxes)
            grown[box.start : box.start + 4] = size.to_bytes(4, "big")
    _replace_index(path, place, len(content), grown)


def _replace_index(path: Path, place: int, old_size: int, index: bytearray) -> None:
    with path.open("r+b") as file:
        file.seek(place + old_size)
        if not file.read(1):
            file.seek(place)
            file.write(index)
            return
        added = len(index) - old_size
        _move_chunks(index, added, behind=place)
        file.seek(0)
        moved = path.with_name(f"{path.name}.moved")
        with moved.open("wb") as target:
            target.write(file.read(place))
            target.write(index)
            file.seek(place + old_size)
            while chunk := file.read(1 << 20):
                target.write(chunk)
    moved.replace(path)


def _move_chunks(index: bytearray, added: int, *, behind: int) -> None:
    """Correct the places of samples (``stco``, ``co64``) that lie behind the index."""
    content = bytes(index)
    for track in tracks(content):
        for name, form in ((b"stco", ">I"), (b"co64", ">Q")):
            table = find(content, track, (b"mdia", b"minf", b"stbl", name))
            if table is None:
                continue
            count = struct.unpack_from(">I", content, table.body + 4)[0]
            for number in range(count):
                at = table.body + 8 + number * struct.calcsize(form)
                offset = struct.unpack_from(form, content, at)[0]
                if offset > behind:
                    struct.pack_into(form, index, at, offset + added)


def _video_tracks(content: bytes) -> Iterator[Box]:
    for track in tracks(content):
        handler = find(content, track, (b"mdia", b"hdlr"))
        if handler is not None and content[handler.body + 8 : handler.body + 12] == b"vide":
            yield track


def _sample_entry(content: bytes, track: Box) -> Box | None:
    table = find(content, track, (b"mdia", b"minf", b"stbl", b"stsd"))
    return None if table is None else next(within(content, table.body + 8, table.end), None)


def _path_to(content: bytes, track: Box, entry: Box) -> list[Box]:
    """The boxes that hold a sample entry, from the index inwards, and itself."""
    path = [Box(b"moov", 0, 8, len(content)), track]
    for depth in range(1, 5):
        box = find(content, track, (b"mdia", b"minf", b"stbl", b"stsd")[:depth])
        assert box is not None
        path.append(box)
    return [*path, entry]
