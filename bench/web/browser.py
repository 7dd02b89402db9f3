"""A Chromium of the machine's, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, sync_playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Where it is; None: nowhere."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launched(place: str, arguments: Sequence[str] = ()) -> Generator[Browser]:
    """A browser without a window, for the time of a block.

    Args:
        place: of the program.
        arguments: more of its switches.
    """
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=place, args=[*as_root, *arguments])
        try:
            yield browser
        finally:
            browser.close()
