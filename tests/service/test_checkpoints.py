"""Checkpoints travel from machine to machine."""

from __future__ import annotations

from pathlib import Path

from rotoscope.jobs.checkpoints import SharedCheckpoints
from rotoscope.storage.memory import MemoryStore


def test_what_one_machine_kept_another_goes_on_with(tmp_path: Path) -> None:
    store = MemoryStore()
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    (here / "state.safetensors").write_bytes(b"step 100")
    (here / ".state.part").write_bytes(b"half")
    SharedCheckpoints(store).keep("job_a", here)
    SharedCheckpoints(store).bring("job_a", there)
    assert {file.name: file.read_bytes() for file in there.iterdir()} == {"state.safetensors": b"step 100"}


def test_what_a_machine_has_already_stays(tmp_path: Path) -> None:
    store = MemoryStore()
    store.put("checkpoints/job_a/state.safetensors", b"step 100")
    (tmp_path / "state.safetensors").write_bytes(b"step 200")
    SharedCheckpoints(store).bring("job_a", tmp_path)
    assert (tmp_path / "state.safetensors").read_bytes() == b"step 200"


def test_only_what_changed_is_copied(tmp_path: Path) -> None:
    store = MemoryStore()
    kept = SharedCheckpoints(store)
    (tmp_path / "state.safetensors").write_bytes(b"step 100")
    kept.keep("job_a", tmp_path)
    before = store.stat("checkpoints/job_a/state.safetensors").etag
    kept.keep("job_a", tmp_path)
    assert store.stat("checkpoints/job_a/state.safetensors").etag == before


def test_on_one_machine_nothing_is_copied(tmp_path: Path) -> None:
    (tmp_path / "state.safetensors").write_bytes(b"step 100")
    alone = SharedCheckpoints(None)
    alone.keep("job_a", tmp_path)
    alone.bring("job_a", tmp_path / "new")
    assert not (tmp_path / "new").exists()
