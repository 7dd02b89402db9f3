"""Collections of a server, from Python and by commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from rotoscope.client import Client
from rotoscope.errors import ApiError
from rotoscope.settings import KEY_VARIABLE

from command import Run
from running_server import RunningServer
from samples import picture


@pytest.fixture
def at(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    monkeypatch.setenv(KEY_VARIABLE, server.key)
    return ("--server", server.url)


@pytest.fixture
def painted(client: Client, tmp_path: Path, place: str) -> str:
    """URI of a stored picture."""
    Image.fromarray(picture(0, (320, 240))).save(tmp_path / "painted.jpg")
    return client.files.upload(tmp_path / "painted.jpg", f"{place}painted.jpg").uri


def test_a_collection_lives_and_is_published(client: Client, painted: str, place: str) -> None:
    made = client.collections.create("low-water", "Low water", tags=["sea"])
    assert (made.name, made.tags, made.works) == ("low-water", ("sea",), ())
    work = client.collections.add("low-water", file=painted, filters=["great-wave"], square=[0.5, 0])
    assert (work.name, work.kind, work.filters[0].filter, work.square) == (
        "painted",
        "picture",
        "great-wave",
        (0.5, 0.0),
    )
    client.collections.add("low-water", file=painted, name="again")
    assert client.collections.edit("low-water", works=["again", "painted"]).works == ("again", "painted")
    assert client.collections.edit_work("low-water", "painted", place="Cassis").place == "Cassis"
    client.collections.remove_work("low-water", "again")
    assert [one.name for one in client.collections.works("low-water")] == ["painted"]
    assert client.collections.work("low-water", "painted").place == "Cassis"
    job = client.jobs.wait(client.collections.publish(["low-water"], f"{place}site/", author="Ada").id)
    assert job.result is not None
    assert (job.result["works"], job.result["links"]["broken"]) == (1, [])
    assert b"Low water" in client.files.read(f"{place}site/index.html")
    assert [one.name for one in client.collections.list()] == ["low-water"]
    client.collections.delete("low-water")
    with pytest.raises(ApiError, match="no collection 'low-water'"):
        client.collections.get("low-water")


def test_commands_work_at_a_server(
    run: Run, at: tuple[str, str], client: Client, painted: str, place: str, tmp_path: Path
) -> None:
    assert run("collection", "init", "walks", *at).out.startswith("walks: Walks, at http")
    local = run("collection", "add", "walks", tmp_path / "painted.jpg", *at)
    assert local.exit_code == 1
    assert "Send it first, with `rotoscope files put" in local.err
    added = run("collection", "add", "walks", painted, "--filter", "great-wave", "--place", "Cassis", *at)
    assert added.out == "walks: painted: Painted (picture; painted with great-wave; Cassis)\n"
    assert run("collection", "list", *at).out == f"{'walks':24} {'Walks':32} 1 work\n"
    assert "  painted: Painted (picture" in run("collection", "show", "walks", *at).out
    published = run("publish", "walks", f"{place}site", "--url", "https://example.org/", *at)
    assert published.exit_code == 0, published.err
    assert f"{place}site/: 1 work on 5 pages" in published.out
    nowhere = run("publish", "walks", tmp_path / "site", *at)
    assert (nowhere.exit_code, "publishes to its stores" in nowhere.err) == (1, True)
    branch = run("publish", "walks", f"{place}site", "--branch", "gh-pages", *at)
    assert branch.exit_code == 2
    client.collections.delete("walks")
