"""Color tags by FFmpeg's names, and which matrix an untagged clip means."""

from __future__ import annotations

from typing import Final

from rotoscope.errors import UnsupportedMedia
from rotoscope.media.info import ColorTags

PRIMARIES: Final = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020",
    10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip
"""Numbers of ISO/IEC 23091-2 (as FFmpeg uses them) to FFmpeg's names; unspecified ones are left out."""

TRANSFERS: Final = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100",
    10: "log316", 11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12",
    16: "smpte2084", 17: "smpte428", 18: "arib-std-b67",
}  # fmt: skip
"""The same for transfer functions."""

MATRICES: Final = {
    0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc",
    10: "bt2020c", 11: "smpte2085", 12: "chroma-derived-nc", 13: "chroma-derived-c", 14: "ictcp",
}  # fmt: skip
"""The same for the matrix that makes YCbCr of RGB."""

RANGES: Final = {1: "tv", 2: "pc"}
"""FFmpeg's AVColorRange to names."""

SWSCALE_MATRICES: Final = {
    "bt709": 1, "fcc": 4, "bt470bg": 5, "smpte170m": 5, "smpte240m": 7, "bt2020nc": 9, "bt2020c": 9,
}  # fmt: skip
"""Names to swscale's numbers (SWS_CS_…), for the matrices that it computes."""


def color_tags(
    *, primaries: int, transfer: int, matrix: int, color_range: int, pixel_format: str
) -> ColorTags:
    """Tags from FFmpeg's numbers; a ``yuvj…`` format states full range by itself."""
    stated_range = "pc" if pixel_format.startswith("yuvj") else RANGES.get(color_range)
    return ColorTags(
        primaries=PRIMARIES.get(primaries),
        transfer=TRANSFERS.get(transfer),
        matrix=MATRICES.get(matrix),
        range=stated_range,
    )


def effective_matrix(tags: ColorTags, coded_size: tuple[int, int]) -> str:
    """The matrix to convert with, by FFmpeg's name.

    An untagged clip means what players take it for: BT.709 in high definition (1280 pixels wide or more
    than 576 high), BT.601 below.

    Raises:
        UnsupportedMedia: a tagged matrix that cannot be computed here.
    """
    if tags.matrix is None or tags.matrix == "gbr":
        width, height = coded_size
        return "bt709" if width >= 1280 or height > 576 else "smpte170m"
    if tags.matrix not in SWSCALE_MATRICES:
        raise UnsupportedMedia(
            f"The clip's colors use the matrix {tags.matrix}, which is not converted here; those that are: "
            f"{', '.join(sorted(SWSCALE_MATRICES))}. Convert it to one of them first."
        )
    return tags.matrix
