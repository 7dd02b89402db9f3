"""``rotoscope collection`` and ``rotoscope publish``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from dulwich.repo import Repo
from PIL import Image

import samples
from command import Run, run
from gallery_samples import make_walks

__all__ = ["run"]


@pytest.fixture
def paintings(tmp_path: Path) -> Path:
    """A photograph, its painting, and a clip."""
    for index, name in enumerate(("photo.jpg", "painted.jpg")):
        Image.fromarray(samples.picture(index, (320, 240))).save(tmp_path / name)
    samples.make_clip(tmp_path / "drone.mp4", frames=6)
    return tmp_path


def test_a_collection_is_made_filled_and_shown(run: Run, paintings: Path) -> None:
    made = run("collection", "init", "low-water", "--description", "Along the coast")
    folder = paintings / "data" / "collections" / "low-water"
    assert made.out.startswith(f"{folder}: write its story in story.md")
    assert not (folder / "story.md").exists()  # what nobody wrote is not published
    added = run(
        "collection", "add", "low-water", paintings / "painted.jpg", "--source", paintings / "photo.jpg",
        "--filter", "posterize:levels=4", "--place", "Cassis", "--date", "2026-05-01", "--tag", "sea",
    )  # fmt: skip
    assert added.out == (
        "low-water: painted: Painted (picture; painted with posterize:levels=4; Cassis; 2026-05-01)\n"
    )
    assert sorted(path.name for path in (folder / "media").iterdir()) == ["painted-source.jpg", "painted.jpg"]
    assert run("collection", "list").out == f"{'low-water':24} {'Low water':32} 1 work\n"
    shown = run("collection", "show", "low-water", "--json").json
    assert shown["works"][0]["filters"][0]["filter"] == "posterize:levels=4"
    assert len(shown["works"][0]["filters"][0]["digest"]) == 64
    assert run("collection", "validate", "low-water").out.endswith("Low water, 1 work, in order\n")


def test_a_video_says_itself_what_painted_it(run: Run, paintings: Path) -> None:
    painted = paintings / "painted.mp4"
    assert run("stylize", paintings / "drone.mp4", painted, "--filter", "comic", "-f", "film").exit_code == 0
    run("collection", "init", paintings / "walks")
    added = run("collection", "add", paintings / "walks", painted, "--json").json
    assert [one["filter"] for one in added["filters"]] == ["comic", "film"]
    assert (added["kind"], added["look"]) == ("video", None)
    look = paintings / "dusk.yaml"
    look.write_text("look: 1\nlayers:\n- filter: comic\n  strength: {0: 0.2, 0.1: 1}\n")
    looked = paintings / "looked.mp4"
    assert run("stylize", paintings / "drone.mp4", looked, "--look", look).exit_code == 0
    added = run("collection", "add", paintings / "walks", looked, "--json").json
    assert added["look"] == look.read_text()


def test_a_picture_says_itself_what_painted_it(run: Run, paintings: Path) -> None:
    painted = paintings / "wave.jpg"
    assert run("stylize", paintings / "photo.jpg", painted, "--filter", "posterize:levels=3").exit_code == 0
    run("collection", "init", paintings / "walks")
    (used,) = run("collection", "add", paintings / "walks", painted, "--json").json["filters"]
    assert used["filter"] == "posterize:levels=3"
    assert len(used["digest"]) == 64


def test_what_cannot_be_added_is_said(run: Run, paintings: Path) -> None:
    run("collection", "init", "walks")
    missing = run("collection", "add", "walks", paintings / "gone.jpg")
    assert (missing.exit_code, "There is no file" in missing.err) == (1, True)
    bad = run("collection", "add", "walks", paintings / "painted.jpg", "--date", "May")
    assert (bad.exit_code, "date: 'May' is no day; write it as 2026-11-27" in bad.err) == (1, True)
    assert not (paintings / "data" / "collections" / "walks" / "media").exists()
    run("collection", "add", "walks", paintings / "painted.jpg")
    again = run("collection", "add", "walks", paintings / "painted.jpg")
    assert "has a work 'painted' already" in again.err
    unknown = run("collection", "show", "walk")
    assert "no collection 'walk'. Did you mean walks? Collections: walks." in unknown.err
    name = run("collection", "init", "Two walks")
    assert "is no name for a collection or a work" in name.err
    assert "such as two-walks" in name.err
    doubled = run("collection", "init", "walks")
    assert "holds a collection already" in doubled.err


def test_faults_are_told_line_by_line(run: Run, paintings: Path) -> None:
    run("collection", "init", "walks")
    file = paintings / "data" / "collections" / "walks" / "collection.yaml"
    file.write_text("collection: 1\ntitel: x\n")
    told = run("collection", "validate", "walks")
    assert told.exit_code == 1
    assert f"{file}: line 2, titel: there is no such key. Did you mean title" in told.err
    found = run("collection", "validate", "walks", "--json")
    assert (found.exit_code, found.json["is_valid"]) == (1, False)
    assert found.json["faults"][0] == {
        "file": "collection.yaml",
        "line": 1,
        "key": "title",
        "told": "it must be given",
    }
    assert "not in order" in run("collection", "list").out


def test_a_site_is_published_and_checked(run: Run, tmp_path: Path) -> None:
    walks, site = make_walks(tmp_path, with_video=False), tmp_path / "site"
    first = run("publish", walks, site)
    assert first.exit_code == 0
    assert "2 works on 11 pages" in first.out
    assert "0 changed, 0 removed" in first.out
    assert "--url" in first.err
    assert "nothing changed" in run("publish", walks, site).out
    checked = run("publish", "--check", site)
    assert (checked.exit_code, " 0 broken; 1 lead elsewhere" in checked.out) == (0, True)
    (site / "assets" / "site.css").unlink()
    broken = run("publish", "--check", site)
    assert broken.exit_code == 1
    assert "index.html, line " in broken.err
    assert "there is no file assets/site.css" in broken.err


def test_a_site_of_one_collection_has_its_title(run: Run, tmp_path: Path) -> None:
    walks = make_walks(tmp_path, with_video=False)
    run("publish", walks, tmp_path / "site", "--author", "Ada", "--quiet")
    text = (tmp_path / "site" / "index.html").read_text()
    assert "<h1>Two walks</h1>" in text
    assert "Ada · Algorithmically painted with Rotoscope." in text


def test_a_branch_is_committed_to(run: Run, tmp_path: Path) -> None:
    walks = make_walks(tmp_path, with_video=False)
    Repo.init(tmp_path / "repo", mkdir=True, default_branch=b"main").close()
    first = run("publish", walks, f"git+{tmp_path / 'repo'}#gh-pages", "--json").json
    assert len(first["changes"]["commit"]) == 40
    again = run("publish", walks, tmp_path / "repo", "--branch", "gh-pages", "--json").json
    assert again["changes"]["commit"] is None
    wrong = run("publish", walks, "git+repo")
    assert (wrong.exit_code, "git+REPOSITORY#BRANCH" in wrong.err) == (2, True)


def test_a_store_is_published_to_by_uri(run: Run, tmp_path: Path) -> None:
    walks = make_walks(tmp_path, with_video=False)
    assert run("publish", walks, "data://site").exit_code == 0
    stored = tmp_path / "data" / "store" / "clients" / "cli_local" / "site"
    assert (stored / "index.html").is_file()
    assert json.loads((stored / ".rotoscope-site.json").read_text())["pending"] == {}
    assert "nothing changed" in run("publish", walks, "data://site/").out


def test_works_by_uri_are_fetched(run: Run, tmp_path: Path) -> None:
    walks = make_walks(tmp_path, with_video=False)
    stored = tmp_path / "data" / "store" / "clients" / "cli_local" / "in" / "night.png"
    stored.parent.mkdir(parents=True)
    (walks / "media" / "night.png").rename(stored)
    file = walks / "works" / "night.yaml"
    file.write_text(file.read_text().replace("media/night.png", "data://in/night.png"))
    assert run("publish", walks, tmp_path / "site").exit_code == 0
    assert list((tmp_path / "site" / "media").glob("walks-night-*"))


def test_a_site_alone_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    alone = run("publish", tmp_path / "site")
    assert (alone.exit_code, "name one collection or more" in alone.err) == (2, True)
