"""Backups in a Dropbox and in a Google Drive, at servers that speak as they do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rotoscope.errors import BackupDamaged
from rotoscope.safekeeping import places
from rotoscope.safekeeping.backup import back_up
from rotoscope.safekeeping.restoring import restore
from rotoscope.safekeeping.verifying import verify_backup
from rotoscope.settings import Settings
from rotoscope.storage.connectors import Connector, ConnectorScheme
from rotoscope.storage.drive import DriveStore
from rotoscope.storage.dropbox import DropboxStore
from rotoscope.storage.storage import Storage
from rotoscope.storage.store import Store
from rotoscope.storage.tokens import FixedToken

from fake_drive import FakeDrive
from fake_dropbox import FakeDropbox
from installation import contents, furnish, records, settings_at


@pytest.fixture(params=["dropbox", "gdrive"])
def scheme(request: pytest.FixtureRequest) -> ConnectorScheme:
    return request.param


@pytest.fixture
def store(scheme: ConnectorScheme, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """What the installation's connector leads to: the addresses of the real services cannot be turned."""
    server = FakeDropbox() if scheme == "dropbox" else FakeDrive()
    with server:
        store = (
            DropboxStore(FixedToken("sesame"), "Kept", api_url=server.url, content_url=server.url)
            if scheme == "dropbox"
            else DriveStore(FixedToken("sesame"), api_url=server.url)
        )
        storage = Storage([Connector(scheme, store)])

        def reached(settings: Settings) -> Storage:
            del settings
            return storage

        monkeypatch.setattr(places, "local_storage", reached)
        yield store


def test_what_was_backed_up_there_is_restored_with_the_same_bytes(
    scheme: ConnectorScheme, store: Store, tmp_path: Path
) -> None:
    here, there = settings_at(tmp_path / "here"), settings_at(tmp_path / "there")
    furnish(here, tmp_path)
    to = f"{scheme}://backups/studio"
    kept = back_up(to, here, with_files=True)
    assert back_up(to, here, with_files=True).copied == 0, "all of it is there"
    assert verify_backup(to, here).files == kept.files
    assert restore(to, there).files == kept.files
    assert records(there) == records(here)
    before, after = _kept_files(here), _kept_files(there)
    assert before == after
    assert after

    damaged = next(file for file in store.list("backups/studio/objects/") if file.size_bytes > 0)
    store.put(damaged.path, b"other bytes", overwrite=True)
    with pytest.raises(BackupDamaged):
        restore(to, settings_at(tmp_path / "elsewhere"))
    assert not (tmp_path / "elsewhere" / "data").exists()


def _kept_files(settings: Settings) -> dict[str, str]:
    """Digests of all files but the database, whose bytes differ, and of what can be painted again."""
    found = contents(settings.data_dir) | contents(settings.cache_dir)
    return {name: digest for name, digest in found.items() if "pieces" not in name and "sqlite" not in name}
