"""Backing up and restoring: the same bytes on another machine."""

from __future__ import annotations

import dataclasses
import fcntl
import json
import stat
from pathlib import Path

import pytest

from rotoscope.errors import (
    BackupDamaged,
    BackupError,
    InvalidOptions,
    InvalidUri,
    RestoreRefused,
    StorageError,
)
from rotoscope.palette.palette import Palette
from rotoscope.safekeeping.backup import back_up
from rotoscope.safekeeping.manifest import BackupManifest
from rotoscope.safekeeping.progress import CopyProgress
from rotoscope.safekeeping.restoring import restore
from rotoscope.safekeeping.verifying import verify_backup
from rotoscope.settings import Settings
from rotoscope.storage.storage import system_store

from command import Run
from installation import contents, furnish, records, settings_at


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    settings = settings_at(tmp_path / "here")
    furnish(settings, tmp_path)
    return settings


@pytest.fixture
def there(tmp_path: Path) -> Settings:
    """Of another machine, on which nothing is yet."""
    return settings_at(tmp_path / "there")


def manifest_of(place: Path) -> BackupManifest:
    return BackupManifest.model_validate_json((place / "manifest.json").read_bytes())


def test_what_was_backed_up_is_restored_elsewhere_with_the_same_bytes(
    here: Settings, there: Settings, tmp_path: Path
) -> None:
    kept = back_up(str(tmp_path / "kept"), here, with_files=True)
    result = restore(str(tmp_path / "kept"), there)
    assert kept.database == result.database == "sqlite"
    assert kept.files == result.files
    before, after = contents(here.data_dir), contents(there.data_dir)
    not_kept = {"store/pieces/ab/abc.piece"}
    assert {name: digest for name, digest in before.items() if name != "rotoscope.sqlite"} == {
        **{name: digest for name, digest in after.items() if name != "rotoscope.sqlite"},
        **{name: before[name] for name in not_kept},
    }
    assert contents(there.cache_dir) == contents(here.cache_dir)
    assert records(there) == records(here)
    assert Palette(there.filters_dir).get("mine").problem is None
    assert not [one for one in there.data_dir.parent.iterdir() if one.name.startswith(".")]


def test_files_of_clients_are_kept_on_demand_alone(here: Settings, tmp_path: Path) -> None:
    back_up(str(tmp_path / "kept"), here)
    assert not manifest_of(tmp_path / "kept").below("store/")
    back_up(str(tmp_path / "kept"), here, with_files=True)
    assert [one.path for one in manifest_of(tmp_path / "kept").below("store/")] == [
        "store/clients/cli_ada/in/drone.mp4"
    ]


def test_a_second_backup_copies_only_what_is_new(here: Settings, tmp_path: Path) -> None:
    first = back_up(str(tmp_path / "kept"), here)
    assert back_up(str(tmp_path / "kept"), here).copied == 0
    (here.cache_dir / "training" / "sea" / "state.safetensors").write_bytes(b"further")
    again = back_up(str(tmp_path / "kept"), here)
    assert (again.copied, again.copied_bytes) == (1, 7)
    assert again.files == first.files
    objects = [file for file in (tmp_path / "kept" / "objects").rglob("*") if file.is_file()]
    assert len(objects) == len({one.sha256 for one in manifest_of(tmp_path / "kept").entries})


def test_nobody_else_may_read_a_backup_or_what_was_restored(
    here: Settings, there: Settings, tmp_path: Path
) -> None:
    back_up(str(tmp_path / "kept"), here)
    restore(str(tmp_path / "kept"), there)
    for file in (*(tmp_path / "kept").rglob("*"), there.data_dir / "rotoscope.sqlite"):
        if file.is_file():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700


def test_restored_files_of_clients_cannot_be_written_into(
    here: Settings, there: Settings, tmp_path: Path
) -> None:
    back_up(str(tmp_path / "kept"), here, with_files=True)
    restore(str(tmp_path / "kept"), there)
    restored = there.data_dir / "store/clients/cli_ada/in/drone.mp4"
    assert stat.S_IMODE(restored.stat().st_mode) == 0o400
    assert system_store(there).stat("clients/cli_ada/in/drone.mp4").size_bytes == len(b"a video")


def test_a_restore_replaces_nothing_unless_it_is_told_to(
    here: Settings, there: Settings, tmp_path: Path
) -> None:
    back_up(str(tmp_path / "kept"), here)
    there.filters_dir.mkdir(parents=True)
    other = there.filters_dir / "mine.onnx"
    other.write_bytes(b"another filter")
    with pytest.raises(
        RestoreRefused, match=r"There already, with other bytes: .*mine\.onnx\. Nothing"
    ) as told:
        restore(str(tmp_path / "kept"), there)
    assert "Give --overwrite to replace what is there" in str(told.value)
    assert [file.name for file in there.data_dir.rglob("*") if file.is_file()] == ["mine.onnx"]
    restore(str(tmp_path / "kept"), there, overwrite=True)
    assert other.read_bytes() == (here.filters_dir / "mine.onnx").read_bytes()
    assert records(there) == records(here)


def test_a_restored_database_takes_none_of_the_old_ones_journal(here: Settings, tmp_path: Path) -> None:
    back_up(str(tmp_path / "kept"), here)
    before = records(here)
    for name in ("rotoscope.sqlite-wal", "queues.sqlite"):
        (here.data_dir / name).write_bytes(b"of the database that is replaced")
    (here.data_dir / "rotoscope.sqlite").write_bytes(b"damaged")
    restore(str(tmp_path / "kept"), here, overwrite=True)
    assert records(here) == before
    assert not (here.data_dir / "queues.sqlite").exists()


def test_a_restore_that_fails_midway_leaves_all_as_it_was(
    here: Settings, there: Settings, tmp_path: Path
) -> None:
    back_up(str(tmp_path / "kept"), here, with_files=True)
    there.filters_dir.mkdir(parents=True)
    (there.filters_dir / "theirs.onnx").write_bytes(b"stays")
    before = contents(there.data_dir)
    (there.data_dir / "rotoscope.sqlite").mkdir()  # cannot be replaced by a file
    (there.data_dir / "rotoscope.sqlite" / "in").mkdir()
    blocked = there.data_dir / "projects"
    blocked.write_text("a file where a folder belongs")
    with pytest.raises(BackupError, match=r"Nothing was restored"):
        restore(str(tmp_path / "kept"), there, overwrite=True)
    blocked.unlink()
    assert contents(there.data_dir) == before
    assert not there.cache_dir.exists()
    assert not [one for one in there.data_dir.parent.iterdir() if one.name.startswith(".")]


def test_damage_is_found_told_and_not_restored(here: Settings, there: Settings, tmp_path: Path) -> None:
    back_up(str(tmp_path / "kept"), here)
    assert verify_backup(str(tmp_path / "kept"), here).passed
    entries = manifest_of(tmp_path / "kept").entries
    changed, missing = entries[0], entries[-1]
    data = bytearray((tmp_path / "kept" / changed.object_path).read_bytes())
    data[0] ^= 1
    (tmp_path / "kept" / changed.object_path).write_bytes(data)
    (tmp_path / "kept" / missing.object_path).unlink()
    found = verify_backup(str(tmp_path / "kept"), here)
    assert {one.path: one.told for one in found.damaged} == {
        changed.path: f"{changed.object_path} has other bytes than it had",
        missing.path: f"{missing.object_path} is missing",
    }
    with pytest.raises(BackupDamaged, match=r"has other bytes than it had. Nothing was restored"):
        restore(str(tmp_path / "kept"), there)
    assert not there.data_dir.exists()


def test_a_backup_of_damaged_bytes_is_mended_by_the_next_one(here: Settings, tmp_path: Path) -> None:
    back_up(str(tmp_path / "kept"), here)
    first = manifest_of(tmp_path / "kept").entries[0]
    (tmp_path / "kept" / first.object_path).write_bytes(b"shorter")
    back_up(str(tmp_path / "kept"), here)
    assert verify_backup(str(tmp_path / "kept"), here).passed


def test_a_backup_that_was_cut_off_is_none_and_is_gone_on_with(here: Settings, tmp_path: Path) -> None:
    def stop(progress: CopyProgress) -> None:
        if progress.files_done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(str(tmp_path / "kept"), here, on_progress=stop)
    with pytest.raises(BackupError, match=r"holds no backup: there is no manifest\.json"):
        restore(str(tmp_path / "kept"), settings_at(tmp_path / "other"))
    whole = back_up(str(tmp_path / "kept"), here)
    assert whole.copied < whole.files
    assert verify_backup(str(tmp_path / "kept"), here).passed


def test_progress_ends_with_all_files_and_bytes(here: Settings, tmp_path: Path) -> None:
    seen: list[CopyProgress] = []
    kept = back_up(str(tmp_path / "kept"), here, on_progress=seen.append)
    assert seen[-1] == CopyProgress(kept.files, kept.files, kept.size_bytes, kept.size_bytes)
    assert seen[-1].fraction == 1


def test_an_installation_without_a_service_is_backed_up_without_making_one(tmp_path: Path) -> None:
    settings = settings_at(tmp_path)
    settings.filters_dir.mkdir(parents=True)
    (settings.filters_dir / "mine.onnx").write_bytes(b"filter")
    kept = back_up(str(tmp_path / "kept"), settings)
    assert (kept.database, kept.files) == (None, 1)
    assert not (settings.data_dir / "rotoscope.sqlite").exists()
    assert restore(str(tmp_path / "kept"), settings_at(tmp_path / "there")).database is None


def test_a_backup_does_not_go_into_what_it_keeps(here: Settings) -> None:
    for place in (here.data_dir / "kept", here.cache_dir / "kept", here.data_dir):
        with pytest.raises(
            InvalidOptions, match=r"which is what is to be kept safe. Name a folder elsewhere"
        ):
            back_up(str(place), here)
    with pytest.raises(InvalidOptions, match=r"data://kept is a part of what is backed up"):
        back_up("data://kept", here)
    with pytest.raises(InvalidOptions, match=r"is closed to the command line"):
        back_up("file://tmp/kept", here)
    with pytest.raises(InvalidUri):
        back_up("ftp://host/kept", here)
    with pytest.raises(StorageError, match=r"there is no connector for dropbox://"):
        back_up("dropbox://kept", here)


def test_the_backup_of_another_installation_stays(here: Settings, tmp_path: Path) -> None:
    back_up(str(tmp_path / "kept"), here)
    other = settings_at(tmp_path / "other")
    with pytest.raises(
        RestoreRefused, match=r"holds the backup of .*/here/data on .*--overwrite to replace it"
    ):
        back_up(str(tmp_path / "kept"), other)
    assert back_up(str(tmp_path / "kept"), other, overwrite=True).files == 0


def test_nothing_is_restored_under_a_running_server(here: Settings, tmp_path: Path) -> None:
    back_up(str(tmp_path / "kept"), here)
    with (here.data_dir / "service.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RestoreRefused, match=r"A server or worker uses .*/here/data. Stop it"):
            restore(str(tmp_path / "kept"), here, overwrite=True)


def test_the_backup_of_a_newer_version_is_refused(here: Settings, there: Settings, tmp_path: Path) -> None:
    back_up(str(tmp_path / "kept"), here)
    file = tmp_path / "kept" / "manifest.json"
    told = json.loads(file.read_text())
    told["database"]["migration"] = "9999"
    file.write_text(json.dumps(told, indent=2))
    with pytest.raises(
        BackupError, match=r"migration 9999\) this version does not know. Install that version"
    ):
        restore(str(tmp_path / "kept"), there)
    file.write_text(json.dumps(told | {"schema_version": 2}, indent=2))
    with pytest.raises(BackupError, match=r"of another version than this Rotoscope knows \(1\)"):
        restore(str(tmp_path / "kept"), there)


@pytest.mark.parametrize("path", ["data/../../evil", "/etc/passwd", "elsewhere/file", "data", "data/a//b"])
def test_a_manifest_that_leads_elsewhere_is_damaged(
    path: str, here: Settings, there: Settings, tmp_path: Path
) -> None:
    back_up(str(tmp_path / "kept"), here)
    file = tmp_path / "kept" / "manifest.json"
    told = json.loads(file.read_text())
    told["entries"][0]["path"] = path
    file.write_text(json.dumps(told, indent=2))
    with pytest.raises(BackupError, match=r"manifest\.json in .* is damaged: .* is no path of a kept file"):
        restore(str(tmp_path / "kept"), there)
    assert not there.data_dir.exists()


def test_a_damaged_database_is_not_kept_as_if_it_were_whole(here: Settings, tmp_path: Path) -> None:
    (here.data_dir / "rotoscope.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(BackupError, match=r"rotoscope\.sqlite cannot be copied: .*rotoscope doctor"):
        back_up(str(tmp_path / "kept"), here)


def test_a_store_elsewhere_gets_clients_files_back(here: Settings, tmp_path: Path) -> None:
    back_up(str(tmp_path / "kept"), here, with_files=True)
    there = settings_at(tmp_path / "there", store_place=str(tmp_path / "disk"))
    restore(str(tmp_path / "kept"), there)
    assert (tmp_path / "disk/clients/cli_ada/in/drone.mp4").read_bytes() == b"a video"
    elsewhere = dataclasses.replace(there, data_dir=tmp_path / "third", cache_dir=tmp_path / "fourth")
    (tmp_path / "disk/clients/cli_ada/in/drone.mp4").unlink()
    (tmp_path / "disk/clients/cli_ada/in/drone.mp4").write_bytes(b"another")
    with pytest.raises(RestoreRefused, match=r"clients/cli_ada/in/drone\.mp4 in the store"):
        restore(str(tmp_path / "kept"), elsewhere)


def test_the_commands_say_what_they_did(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    furnish(settings_at(tmp_path), tmp_path)
    place = tmp_path / "kept"
    ran = run("backup", place)
    assert ran.exit_code == 0
    assert ran.out.startswith(f"{place}: 7 files, ")
    assert "the database (sqlite); " in ran.out
    again = run("backup", place, "--json").json
    assert (again["copied"], again["database"], again["with_files"]) == (0, "sqlite", False)
    assert f"{place}: 7 files, " in run("backup", "--verify", place).out
    assert run("backup", "--verify", place, "--json").json["passed"] is True
    refused = run("restore", place)
    assert refused.exit_code == 1
    assert "There already, with other bytes: " in refused.err
    monkeypatch.setenv("ROTOSCOPE_DATA_DIR", str(tmp_path / "new"))
    monkeypatch.setenv("ROTOSCOPE_CACHE_DIR", str(tmp_path / "new-cache"))
    restored = run("restore", place)
    assert restored.out.startswith(f"{tmp_path / 'new'}: 7 files, ")
    assert records(settings_at(tmp_path)) == records(
        dataclasses.replace(settings_at(tmp_path), data_dir=tmp_path / "new")
    )
    (place / manifest_of(place).entries[0].object_path).unlink()
    damaged = run("backup", "--verify", place)
    assert damaged.exit_code == 1
    assert " is missing" in damaged.err
    assert run("restore", tmp_path / "nothing").exit_code == 1


def test_ctrl_c_keeps_the_backup_before(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    furnish(settings_at(tmp_path), tmp_path)
    assert run("backup", tmp_path / "kept").exit_code == 0
    before = (tmp_path / "kept" / "manifest.json").read_bytes()
    (tmp_path / "data" / "filters" / "new.onnx").write_bytes(b"new")

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rotoscope.safekeeping.backup.write_manifest", interrupt)
    ran = run("backup", tmp_path / "kept")
    assert ran.exit_code == 130
    assert "The backup before this one is as it was; what was copied by now is not copied again." in ran.err
    assert (tmp_path / "kept" / "manifest.json").read_bytes() == before
    assert run("backup", "--verify", tmp_path / "kept").exit_code == 0


def test_help_says_that_secrets_are_in_it(run: Run) -> None:
    text = " ".join(run("backup", "--help").out.split())
    assert "A backup holds secrets: of connectors and webhooks in the clear, of keys their digests." in text


def test_a_folder_that_cannot_be_made_is_told(here: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BackupError, match=r"cannot be made: "):
        back_up(str(tmp_path / "file" / "kept"), here)
