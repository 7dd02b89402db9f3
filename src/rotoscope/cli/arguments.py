"""What the command line needs before and beyond its parser: one option with an optional value, lists."""

from __future__ import annotations

from collections.abc import Sequence

from rotoscope.errors import InvalidOptions

PREVIEW_MIDDLE = "middle"
"""Value of a bare ``--preview``: the frame in the middle of the chosen part."""


def normalize_arguments(arguments: Sequence[str]) -> list[str]:
    """Give a bare ``--preview`` its default value.

    ``--preview 3s`` and ``--preview=3s`` name a time; ``--preview`` before another option, before
    something that is no time, or at the end means the middle.
    """
    normalized: list[str] = []
    for position, argument in enumerate(arguments):
        if argument == "--preview" and not _is_time(arguments[position + 1 : position + 2]):
            normalized.append(f"--preview={PREVIEW_MIDDLE}")
        else:
            normalized.append(argument)
    return normalized


def _is_time(following: Sequence[str]) -> bool:
    from rotoscope.media.timecode import parse_time  # noqa: PLC0415 - only where --preview is used

    if not following:
        return False
    try:
        parse_time(following[0])
    except InvalidOptions:
        return following[0] == PREVIEW_MIDDLE
    return True
