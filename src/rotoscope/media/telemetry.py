"""What cameras note beside the pictures: where they were, how they were held."""

from __future__ import annotations

import hashlib
from pathlib import Path

from rotoscope.media.mp4_boxes import find, read_index, tracks
from rotoscope.media.opening import open_container

COPIED_FORMATS = frozenset({"gpmd"})
"""Formats of data tracks that FFmpeg's muxer of MP4 and MOV writes whole: GoPro's. Of others (Apple's
``mebx``, DJI's ``djmd``) it writes the packets without the description that is needed to read them."""
MUXERS = frozenset({"mp4", "mov"})


def data_formats(source: Path) -> dict[int, str]:
    """Format (four letters) of each track of an MP4 or MOV by stream index; empty for other containers."""
    found = read_index(source)
    if found is None:
        return {}
    content = found[1]
    formats: dict[int, str] = {}
    for number, track in enumerate(tracks(content)):
        table = find(content, track, (b"mdia", b"minf", b"stbl", b"stsd"))
        if table is not None:
            formats[number] = content[table.body + 12 : table.body + 16].decode("latin-1")
    return formats


def telemetry_digests(source: Path) -> list[tuple[str, str]]:
    """Format and SHA-256 of what is in it, for each data track of an MP4 or MOV.

    Raises:
        OpenError: it cannot be opened.
    """
    formats = data_formats(source)
    with open_container(source) as container:
        streams = [
            stream for stream in container.streams if stream.type == "data" and stream.index in formats
        ]
        digests = {stream.index: hashlib.sha256() for stream in streams}
        for packet in container.demux(*streams) if streams else ():
            if packet.size:  # the last, empty ones belong to no stream
                digests[packet.stream_index].update(bytes(packet))
    return [(formats[index], digest.hexdigest()) for index, digest in digests.items()]
