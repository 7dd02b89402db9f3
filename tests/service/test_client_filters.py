"""Clients' own filters, on one machine and on several."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope.errors import DuplicateFilter, UnknownFilter
from rotoscope.filters.card import Card, Padding
from rotoscope.filters.file import filter_file_bytes
from rotoscope.jobs.filters import LOCAL_CLIENT, ClientFilters
from rotoscope.storage.memory import MemoryStore

from graph_samples import tint_model
from service_samples import settings_in


def filter_file(folder: Path, name: str, title: str = "") -> Path:
    card = Card(name=name, kind="neural", padding=Padding(multiple=1), title=title or None)
    path = folder / f"{name}-{len(title)}.onnx"
    path.write_bytes(filter_file_bytes(tint_model(), card))
    return path


def names(filters: ClientFilters, client_id: str = LOCAL_CLIENT) -> set[str]:
    return {entry.name for entry in filters.palette(client_id).list() if not entry.bundled}


def test_each_client_has_a_palette_and_the_local_one_has_the_command_lines(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    filters = ClientFilters(settings, None)
    filters.publish(LOCAL_CLIENT, filter_file(tmp_path, "mine"))
    filters.publish("cli_other", filter_file(tmp_path, "theirs"))
    assert (settings.filters_dir / "mine.onnx").exists()
    assert (names(filters), names(filters, "cli_other")) == ({"mine"}, {"theirs"})


def test_the_same_filter_again_does_no_harm_and_another_is_refused(tmp_path: Path) -> None:
    filters = ClientFilters(settings_in(tmp_path), None)
    for _ in range(2):
        filters.publish(LOCAL_CLIENT, filter_file(tmp_path, "mine"))
    with pytest.raises(DuplicateFilter, match="has another filter named mine already"):
        filters.publish(LOCAL_CLIENT, filter_file(tmp_path, "mine", title="Another"))


def test_what_one_machine_puts_in_and_takes_out_others_have_and_have_no_more(tmp_path: Path) -> None:
    store = MemoryStore()
    here = ClientFilters(settings_in(tmp_path / "here"), store)
    there = ClientFilters(settings_in(tmp_path / "there"), store)
    here.publish(LOCAL_CLIENT, filter_file(tmp_path, "mine"))
    assert names(there) == {"mine"}
    assert there.palette(LOCAL_CLIENT).load("mine").name == "mine"
    here.palette(LOCAL_CLIENT).remove("mine")
    here.withdraw(LOCAL_CLIENT, "mine")
    assert names(there) == names(here) == set()
    with pytest.raises(UnknownFilter):
        there.palette(LOCAL_CLIENT).load("mine")


def test_a_file_that_is_not_shared_yet_stays(tmp_path: Path) -> None:
    filters = ClientFilters(settings_in(tmp_path), MemoryStore())
    folder = filters.folder(LOCAL_CLIENT)
    folder.mkdir(parents=True)
    (folder / "mine.onnx").write_bytes(filter_file(tmp_path, "mine").read_bytes())
    assert names(filters) == {"mine"}
