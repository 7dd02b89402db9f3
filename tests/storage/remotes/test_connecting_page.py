"""What the pages on connecting a Dropbox or a Drive and on watched folders say."""

from __future__ import annotations

import json
import re
from pathlib import Path

from rotoscope.storage.connectors import ConnectorSettings
from rotoscope.storage.https_retry import DEFAULT_RETRIES
from rotoscope.storage.opening import connect
from rotoscope.storage.tokens import DROPBOX_TOKEN_URL, GOOGLE_TOKEN_URL
from rotoscope.storage.watching import LEASE, NOTES_FOLDER, UNFINISHED

from fake_dropbox import SCOPES

PAGE = (Path(__file__).parents[3] / "docs/how-to/connect-dropbox-and-drive.md").read_text(encoding="utf-8")


def test_the_connectors_of_the_page_are_in_order() -> None:
    found = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert len(found) == 3
    for text in found:
        connectable = text.replace('"…"', '"secret"')
        assert connect(ConnectorSettings.read(json.loads(connectable))).scheme in ("dropbox", "gdrive")


def test_the_permissions_of_the_page_are_those_that_are_needed() -> None:
    assert set(re.findall(r"^\| `(files\.[a-z.]+)`", PAGE, re.MULTILINE)) == set(SCOPES.values())


def test_the_page_names_the_servers_and_the_scope_that_are_used() -> None:
    assert DROPBOX_TOKEN_URL in PAGE
    assert GOOGLE_TOKEN_URL in PAGE
    (scope,) = re.findall(r"^\| `(https://www\.googleapis\.com/auth/drive)`", PAGE, re.MULTILINE)
    assert f"scope={scope}&" in PAGE


def test_the_page_says_how_often_is_tried() -> None:
    assert "tries six times in all" in PAGE
    assert DEFAULT_RETRIES.times == 6


def test_the_page_on_watched_folders_names_what_is_left_alone_and_how_long_is_waited() -> None:
    page = (Path(__file__).parents[3] / "docs/how-to/watch-folders.md").read_text(encoding="utf-8")
    named = re.findall(r"`(\.[a-z]+)`", page)
    assert set(named) - {"."} <= set(UNFINISHED)
    assert len(named) >= 5
    assert LEASE.total_seconds() == 15 * 60
    assert "within 15 minutes" in page
    assert NOTES_FOLDER in page
