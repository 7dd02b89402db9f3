"""Filters, folders, disks, the clock."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rotoscope.safekeeping.doctor.finding import Finding, Installation, fault, ok, sentence, warning
from rotoscope.settings import CACHE_DIR_VARIABLE, DATA_DIR_VARIABLE

_LITTLE_BYTES: Final = 10e9
"""Free space that a longer video may use up."""
_NO_BYTES: Final = 1e9
_BUILT: Final = datetime(2026, 11, 1, tzinfo=UTC)
"""Before the first version; no clock that is right shows less."""
_FAR: Final = datetime(2050, 1, 1, tzinfo=UTC)


def check_filters(of: Installation) -> Iterator[Finding]:
    """Bundled filters are as they came; own ones can be used."""
    from rotoscope.palette.folder import list_folder, recorded_checksum  # noqa: PLC0415 - loads OpenCV
    from rotoscope.palette.palette import Palette  # noqa: PLC0415

    entries = list_folder(of.bundled, bundled=True)
    wrong = [f"{one.name} ({one.problem})" for one in entries if one.problem]
    wrong += [
        f"{one.name} (its checksum is missing)"
        for one in entries
        if not one.problem and one.path is not None and recorded_checksum(one.path) is None
    ]
    if wrong or not entries:
        told = (
            f"Bundled filters are damaged: {'; '.join(wrong)}" if wrong else "The bundled filters are missing"
        )
        yield fault(
            "filters", f"{told.rstrip('.')}.", "Install Rotoscope anew: pip install --force-reinstall."
        )
    else:
        yield ok("filters", f"The {len(entries)} bundled filters are as they came.")
    own = [one for one in Palette(of.settings.filters_dir).list() if not one.bundled]
    bad = [one for one in own if one.problem]
    if bad:
        told = "; ".join(f"{one.name} ({one.problem})" for one in bad).rstrip(".")
        yield warning(
            "own filters",
            f"Own filters cannot be used: {told}.",
            "Restore them from a backup, or remove them.",
        )
    elif own:
        yield ok("own filters", f"Own filters are in order: {len(own)} in {of.settings.filters_dir}.")


def check_folders(of: Installation) -> Iterator[Finding]:
    """The data folder and the cache folder can be written to, and have room."""
    for name, folder, variable in (
        ("data folder", of.settings.data_dir, DATA_DIR_VARIABLE),
        ("cache folder", of.settings.cache_dir, CACHE_DIR_VARIABLE),
    ):
        yield _folder(name, folder.absolute(), variable)


def check_clock(_: Installation) -> Iterator[Finding]:
    """The clock shows a time that can be."""
    now = datetime.fromtimestamp(time.time(), UTC)
    if _BUILT <= now < _FAR:
        yield ok("clock", f"The clock shows {now:%Y-%m-%d %H:%M} UTC.")
    else:
        yield fault(
            "clock",
            f"The clock shows {now:%Y-%m-%d %H:%M} UTC, which cannot be.",
            "Set it, and keep it right with NTP; certificates, signed URLs and keys that end rest on it.",
        )


def _folder(name: str, folder: Path, variable: str) -> Finding:
    home = next(one for one in (folder, *folder.parents) if one.exists())
    advice = f"Give yourself the right to write there, or name another folder with {variable}."
    try:
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(b"rotoscope")
        free = shutil.disk_usage(home).free
    except OSError as error:
        return fault(name, f"{folder} cannot be written to: {sentence(error)}.", advice)
    told = f"{folder} can be written to; {free / 1e9:.1f} GB are free"
    room = f"Make room on that disk, or name a folder on another one with {variable}."
    if free < _NO_BYTES:
        return fault(name, f"{told}, too few to paint a video.", room)
    return (
        warning(name, f"{told}, few for long videos.", room) if free < _LITTLE_BYTES else ok(name, f"{told}.")
    )
