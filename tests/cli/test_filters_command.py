"""``rotoscope filters``: categories and the pictures of cards."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope.filters.card import Card, Padding
from rotoscope.filters.file import read_filter_file, write_filter_file
from rotoscope.filters.kinds import KINDS

from command import Run
from graph_samples import tint_model


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A filter file of a loud filter about space."""
    path = tmp_path / "own.onnx"
    card = Card(name="zz-own", padding=Padding(multiple=1), tags=("space", "loud"), title="An own one")
    write_filter_file(path, tint_model(), card)
    return path


def names(listed: str) -> list[str]:
    return [line.split()[0] for line in listed.splitlines()]


def test_the_list_shows_category_and_loudness(run: Run, own: Path) -> None:
    assert run("filters", "import", own).exit_code == 0
    listed = run("filters", "list").out
    row = next(line for line in listed.splitlines() if line.startswith("zz-own"))
    assert row.split() == ["zz-own", "space", "loud", "An", "own", "one", "(own)"]
    assert names(listed)[-len(KINDS) :] == sorted(KINDS)  # after everything that has a category
    entries = run("filters", "list", "--json").json
    assert [entry["name"] for entry in entries] == names(listed)
    facts = next(entry for entry in entries if entry["name"] == "zz-own")
    assert (facts["category"], facts["loudness"], facts["tags"]) == ("space", "loud", ["space", "loud"])
    film = next(entry for entry in entries if entry["name"] == "film")
    assert (film["category"], film["loudness"], film["tags"]) == (None, None, [])


def test_tags_narrow_the_list(run: Run, own: Path) -> None:
    run("filters", "import", own)
    entries = run("filters", "list", "--tag", "Space", "--tag", "loud", "--json").json
    assert "zz-own" in [entry["name"] for entry in entries]
    assert all({"space", "loud"} <= set(entry["tags"]) for entry in entries)
    assert "zz-own" in names(run("filters", "list", "--tag", "space").out)
    ran = run("filters", "list", "--tag", "seascape")
    assert ran.exit_code == 1
    assert "No filter has the tag 'seascape'. Tags at hand:" in ran.err


def test_a_list_of_nothing_is_empty(run: Run, tmp_path: Path) -> None:
    for name, tags in (("aa", ("xx",)), ("bb", ("yy",))):
        card = Card(name=name, padding=Padding(multiple=1), tags=tags)
        write_filter_file(tmp_path / f"{name}.onnx", tint_model(), card)
        run("filters", "import", tmp_path / f"{name}.onnx")
    ran = run("filters", "list", "--tag", "xx", "--tag", "yy")
    assert (ran.exit_code, ran.out) == (0, "")


def test_a_sample_is_added_shown_and_written_out(run: Run, own: Path, tmp_path: Path) -> None:
    ran = run("filters", "add-texture", own, "--into", tmp_path / "made")
    assert ran.exit_code == 0, ran.err
    place = tmp_path / "made" / "zz-own.onnx"
    assert ran.out.startswith(f"{place}: ")
    assert run("filters", "import", place).exit_code == 0
    shown = run("filters", "show", "zz-own").out
    assert "card.texture             a picture, " in shown
    assert "--save-pictures FOLDER writes it out" in shown
    assert "base64" not in shown
    saved = run("filters", "show", "zz-own", "--save-pictures", tmp_path / "pictures", "--json")
    picture = tmp_path / "pictures" / "zz-own-texture.webp"
    assert saved.json["saved"] == [str(picture)]
    assert saved.json["card"]["texture"].startswith("data:image/webp;base64,")
    assert picture.read_bytes()[8:12] == b"WEBP"
    assert run("filters", "show", "zz-own", "--save-pictures", tmp_path / "pictures").exit_code == 1
    again = ("filters", "show", "zz-own", "--save-pictures", tmp_path / "pictures", "--overwrite")
    assert run(*again).exit_code == 0


def test_samples_of_several_filters_as_json_or_in_silence(run: Run, own: Path, tmp_path: Path) -> None:
    run("filters", "import", own)
    made = run("filters", "add-texture", "zz-own", "--into", tmp_path / "a", "--json").json
    file = read_filter_file(tmp_path / "a" / "zz-own.onnx")
    assert made == [{"name": "zz-own", "digest": file.digest, "size_bytes": len(file.model)}]
    assert run("filters", "add-texture", own, "--into", tmp_path / "b", "--quiet").out == ""
    taken = run("filters", "add-texture", own, "--into", tmp_path / "b")
    assert taken.exit_code == 1
    assert "exists already" in taken.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "film", "--save-pictures", "x"), "'film' is a classical kind: it has no card"),
        (("add-texture", "film", "--into", "x"), "'film' is a classical kind"),
        (("add-texture", "nothing-like-it", "--into", "x"), "no filter 'nothing-like-it'"),
        (("show", "zz-own", "--save-pictures", "x"), "The card of 'zz-own' has no pictures"),
    ],
)
def test_what_has_no_pictures_is_said(
    run: Run,
    own: Path,
    arguments: tuple[str, ...],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    run("filters", "import", own)
    ran = run("filters", *arguments)
    assert ran.exit_code == 1
    assert message in ran.err
    assert not (tmp_path / "x").exists()


def test_the_card_of_an_own_filter_is_edited(run: Run, own: Path) -> None:
    run("filters", "import", own)
    ran = run("filters", "edit", "zz-own", "--title", "Stars", "--tag", "space", "--tag", "subtle")
    assert (ran.exit_code, ran.out.strip()) == (0, "zz-own: title, tags changed")
    facts = run("filters", "show", "zz-own", "--json").json
    assert (facts["title"], facts["tags"], facts["loudness"]) == ("Stars", ["space", "subtle"], "subtle")
    assert run("filters", "edit", "zz-own", "--title", "", "--json").json["title"] is None
    assert run("filters", "verify", "zz-own").exit_code == 0


def test_the_card_of_a_bundled_filter_is_not(run: Run) -> None:
    ran = run("filters", "edit", "great-wave", "--title", "Mine")
    assert ran.exit_code == 1
    assert "export it, and import it under another name" in ran.err
    long = run("filters", "edit", "great-wave", "--title", "x" * 501)
    assert "title: String should have at most 500 characters" in long.err
