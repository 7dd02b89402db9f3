"""Collections in a Jekyll site: front matter as Ruby reads it, pictures beside, nothing of others touched."""

from __future__ import annotations

import shutil
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import c2pa  # pyright: ignore[reportMissingTypeStubs]
import pytest
import yaml
from dulwich.repo import Repo
from PIL import Image

from rotoscope.errors import PublishError, SiteConflict
from rotoscope.media.stills import read_xmp
from rotoscope.media.xmp import read_painting
from rotoscope.publish.front_matter import page, unliquid
from rotoscope.publish.jekyll import JEKYLL_RECORD, publish_jekyll, undeclared
from rotoscope.publish.provenance import tags_of_works
from rotoscope.publish.publishing import PublishReport, to_publish
from rotoscope.publish.reading import read_collection
from rotoscope.publish.targets.folder import FolderTarget
from rotoscope.publish.writing import write_collection

from certificates import make_signing
from command import Run, run
from gallery_samples import bundled, make_walks

__all__ = ["run"]


@pytest.fixture
def walks(tmp_path: Path) -> Path:
    return make_walks(tmp_path)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A Jekyll site of somebody."""
    folder = tmp_path / "site"
    (folder / "_works").mkdir(parents=True)
    (folder / "_works" / "own.markdown").write_text("---\ntitle: Own\n---\n")
    (folder / "_config.yml").write_text(
        "collections:\n  collections: {output: true}\n  works: {output: true}\n"
    )
    return folder


def published(walks: Path, site: Path, *, overwrite: bool = False) -> PublishReport:
    target = FolderTarget(site, record_name=JEKYLL_RECORD)
    return publish_jekyll([to_publish(walks)], target, overwrite=overwrite, tags_of=tags_of_works(bundled()))


def front(path: Path) -> tuple[dict[str, Any], str]:
    """Front matter and text of a page, read as Jekyll does: between the first two lines of three dashes."""
    _, matter, text = path.read_text(encoding="utf-8").split("---\n", 2)
    found: dict[str, Any] = yaml.safe_load(matter)
    return found, text


def state(site: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(site).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in site.rglob("*")
        if path.is_file()
    }


def test_a_collection_has_the_front_matter_of_its_layout(walks: Path, site: Path) -> None:
    published(walks, site)
    found, text = front(site / "_collections" / "walks.markdown")
    keys = "published layout title description summary date tags feature image images"
    assert list(found) == keys.split()
    assert found == {
        "published": True,
        "layout": "collection",
        "title": "Two walks",
        "description": "Along the water",
        "summary": "The walk See the print.",
        "date": date(2026, 6, 1),
        "tags": ["water"],
        "feature": True,
        "image": "/images/walks/dusk.jpg",
        "images": [
            {"name": "Dusk & <dawn>", "image": "/images/walks/dusk.jpg"},
            {"name": "Night", "image": "/images/walks/night.jpg"},
            {"name": "Flight", "image": "/images/walks/flight.jpg"},
        ],
    }
    assert "![The first]({{ '/images/walks/dusk.jpg' | relative_url }})" in text
    assert "[the print](https://example.com/print)" in text


def test_a_work_has_the_front_matter_of_its_layout(walks: Path, site: Path) -> None:
    published(walks, site)
    found, text = front(site / "_works" / "walks--dusk.markdown")
    assert list(found) == ["published", "layout", "title", "date", "tags", "image", "square"]
    assert found["layout"] == "works"
    assert found["date"] == date(2026, 5, 1)
    assert text.strip() == "The sea, *twice*."
    video, _ = front(site / "_works" / "walks--flight.markdown")
    assert video["video"] == "/videos/walks/flight.mp4"
    assert video["date"] == date(2026, 6, 1)  # its own is not known: the collection's


def test_every_address_leads_to_a_file_and_squares_are_square(walks: Path, site: Path) -> None:
    report = published(walks, site)
    assert (report.collections, report.works, report.pages) == (1, 3, 4)
    for name in ("dusk", "night", "flight"):
        found, _ = front(site / "_works" / f"walks--{name}.markdown")
        for key in ("image", "square", "video"):
            assert key not in found or (site / found[key].lstrip("/")).is_file()
        with Image.open(site / found["square"].lstrip("/")) as square:
            assert square.width == square.height


def test_a_square_has_the_middle_that_its_work_says(walks: Path, site: Path) -> None:
    collection = read_collection(walks)
    dusk = collection.work("dusk").model_copy(update={"square": (0.0, 0.5)})
    works = (dusk, *(work for work in collection.works if work.name != "dusk"))
    write_collection(walks, collection.model_copy(update={"works": works}))
    published(walks, site)
    whole, square = (
        Image.open(BytesIO((site / place).read_bytes())).convert("RGB")
        for place in ("images/walks/dusk.jpg", "images/walks/square/dusk.jpg")
    )
    assert square.size == (480, 480)
    difference = [
        abs(a - b) for a, b in zip(square.tobytes(), whole.crop((0, 0, 480, 480)).tobytes(), strict=True)
    ]
    assert sum(difference) / len(difference) < 4


def test_pictures_say_what_painted_them(walks: Path, site: Path) -> None:
    published(walks, site)
    for place in ("images/walks/dusk.jpg", "images/walks/square/dusk.jpg"):
        told = read_painting(read_xmp(site / place) or b"")
        assert told["process"] == "algorithmically painted"
        assert told["filters"].startswith("great-wave")
        assert told["source"] == "dusk-source.png"


def test_publishing_again_changes_nothing(walks: Path, site: Path) -> None:
    published(walks, site)
    before = state(site)
    assert published(walks, site).changes.is_nothing
    assert state(site) == before


def test_only_what_changed_is_written(walks: Path, site: Path) -> None:
    published(walks, site)
    file = walks / "works" / "dusk.yaml"
    file.write_text(file.read_text().replace("place: Cassis", "place: Cassis\n").replace("twice", "thrice"))
    changes = published(walks, site).changes
    assert (changes.added, changes.changed, changes.removed) == ((), ("_works/walks--dusk.markdown",), ())


def test_what_is_gone_is_removed_and_what_is_not_ours_stays(walks: Path, site: Path) -> None:
    published(walks, site)
    collection = read_collection(walks)
    write_collection(walks, collection.model_copy(update={"works": collection.works[:1]}))
    removed = published(walks, site).changes.removed
    assert "_works/walks--night.markdown" in removed
    assert "images/walks/square/night.jpg" in removed
    assert not (site / "videos").exists()
    assert (site / "_works" / "own.markdown").read_text() == "---\ntitle: Own\n---\n"


def test_files_of_others_are_not_replaced(walks: Path, site: Path) -> None:
    (site / "_works" / "walks--dusk.markdown").write_text("mine")
    with pytest.raises(SiteConflict, match="_works/walks--dusk"):
        published(walks, site)
    assert not (site / "images").exists()
    published(walks, site, overwrite=True)
    assert (site / "_works" / "walks--dusk.markdown").read_text().startswith("---\npublished: true\n")


@pytest.mark.parametrize(
    "title",
    [
        "yes",
        "null",
        "1,000",
        ":symbol",
        "12:30",
        "2026-11-27",
        "a: b # c",
        "'\"\\",
        "- x",
        "é 🌊",
        "two\nlines",
        "~",
    ],
)
def test_any_title_is_text_for_ruby(title: str) -> None:
    written = page({"title": title, "tags": [title], "none": None}, None, {}).decode()
    assert yaml.safe_load(written.split("---\n")[1]) == {"title": title, "tags": [title]}
    values = [line.partition("title: ")[2] or line.partition("- ")[2] for line in written.splitlines()[1:]]
    assert all(value.startswith('"') and value.endswith('"') for value in values if value)


def test_dates_and_truths_are_bare() -> None:
    written = page({"published": True, "feature": False, "date": date(2026, 1, 2)}, "Text", {}).decode()
    assert written == "---\npublished: true\nfeature: false\ndate: 2026-01-02\n---\n\nText\n"


def test_liquid_in_a_text_is_text() -> None:
    assert unliquid("plain { braces }") == "plain { braces }"
    assert unliquid("{{ site.title }}") == "{% raw %}{{ site.title }}{% endraw %}"
    told = unliquid("a {% raw %} b {% endraw %} c")
    assert told.count("{% raw %}{") == 0
    assert told == "{% raw %}a {% raw %} b {% endraw %}{{ '{' }}% endraw %}{% raw %} c{% endraw %}"
    mixed = page({}, "{{ a }} ![x](dusk) ![y](elsewhere.jpg)", {"dusk": "/images/d.jpg"}).decode()
    assert (
        "{% raw %}{{ a }} ![x]({% endraw %}{{ '/images/d.jpg' | relative_url }}) ![y](elsewhere.jpg)" in mixed
    )


def test_a_configuration_that_leaves_the_pages_out_is_noted(site: Path, tmp_path: Path) -> None:
    assert undeclared(site) is None
    assert undeclared(tmp_path) is None
    (site / "_config.yml").write_text("title: x\ncollections: [works]\n")
    assert undeclared(site) == (
        "_config.yml does not declare collections, so that Jekyll leaves their pages out; write under "
        "collections: collections: {output: true}"
    )
    (site / "_config.yml").write_text("a: [")
    with pytest.raises(PublishError, match=r"_config\.yml cannot be read"):
        undeclared(site)


def test_the_command_publishes_into_a_folder(run: Run, walks: Path, site: Path) -> None:
    ran = run("publish", walks, site, "--format", "jekyll")
    assert ran.exit_code == 0, ran.err
    assert f"{site}: 3 works on 4 pages, " in ran.out
    assert "nothing changed" in run("publish", walks, site, "--format", "jekyll").out
    plain = run("publish", walks, site, "--format", "jekyll", "--no-provenance", "--json").json
    assert sorted(plain["changes"]["changed"]) == sorted(
        f"images/walks/{place}.jpg" for place in ("dusk", "night", "flight", "square/dusk", "square/night",
                                                  "square/flight")
    )  # fmt: skip
    assert read_xmp(site / "images" / "walks" / "dusk.jpg") is None


def test_the_command_publishes_into_a_branch(run: Run, walks: Path, tmp_path: Path) -> None:
    shutil.rmtree(walks / "updates")
    Repo.init(tmp_path / "repo", mkdir=True, default_branch=b"main").close()
    told = run("publish", walks, tmp_path / "repo", "--branch", "site", "--format", "jekyll", "--json").json
    assert "_collections/walks.markdown" in told["changes"]["added"]
    with Repo(str(tmp_path / "repo")) as repository:
        commit: Any = repository[b"refs/heads/site"]
        tree: Any = repository[commit.tree]
        names = {entry.path.decode() for entry in tree.items()}
    assert names == {JEKYLL_RECORD, "_collections", "_works", "images", "videos"}  # and no .nojekyll


def test_what_a_jekyll_site_is_not_asked_is_refused(run: Run, walks: Path, site: Path) -> None:
    titled = run("publish", walks, site, "--format", "jekyll", "--title", "x")
    assert "--title cannot be said of a Jekyll site" in " ".join(titled.err.replace("│", "").split())
    stored = run("publish", walks, "data://site/", "--format", "jekyll")
    assert "a Jekyll site is a folder" in " ".join(stored.err.replace("│", "").split())
    assert not (site / JEKYLL_RECORD).exists()


def test_published_pictures_are_signed_and_kept_signed(run: Run, walks: Path, site: Path) -> None:
    signing = make_signing(walks.parent)
    how = ("--credentials", signing.certificates, "--key", signing.key)
    for form in ("jekyll", "html"):
        place = site / form
        ran = run("publish", walks, place, "--format", form, *how)
        assert ran.exit_code == 0, ran.err
        assert "nothing changed" in run("publish", walks, place, "--format", form, *how).out
    signed = [
        *(site / "jekyll" / "images" / "walks").glob("dusk.jpg"),
        *(site / "html" / "media").glob("walks-dusk-????????????-720.jpg"),
    ]
    assert len(signed) == 2
    for picture in signed:
        with c2pa.Reader(str(picture)) as reader:
            assert reader.get_validation_state() == "Valid"
            assert "great-wave" in reader.json()
