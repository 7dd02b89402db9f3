"""Collections as files: what is written is read again, and faults say where they are."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rotoscope.errors import CollectionNotFound, DuplicateCollection, InvalidCollection
from rotoscope.publish.collection import Collection, collection_schema
from rotoscope.publish.reading import read_collection
from rotoscope.publish.shelf import CollectionShelf, name_from
from rotoscope.publish.work import UsedFilter, Work, square_box
from rotoscope.publish.writing import write_collection

SCHEMA = Path(__file__).parents[2] / "docs" / "collection.schema.json"
DUSK = Work(
    name="dusk",
    title="Dusk",
    kind="picture",
    file="media/dusk.jpg",
    source="data://in/dusk.jpg",
    look="look: 1\nlayers:\n  - filter: great-wave\n",
    filters=(UsedFilter(filter="great-wave", digest="a" * 64), UsedFilter(filter="lineart:over=photo")),
    place="Cassis",
    date=date(2026, 5, 1),
    caption="The sea, *twice*.\n\nAnd the sky.",
    alt="Waves before a harbor",
    tags=("sea", "1984"),
    square=(0.25, 1.0),
)
WALKS = Collection(
    name="two-walks",
    title="Two walks",
    description="Along the water",
    story="# One\n\nA walk.\r\n",
    tags=("walks", "yes"),
    cover="dusk",
    date=date(2026, 11, 27),
    published=False,
    feature=True,
    works=(DUSK, Work(name="a-dawn", title="1e3", kind="video", file="s3://films/dawn.mp4")),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "two-walks"
    (place / "media").mkdir(parents=True)
    (place / "media" / "dusk.jpg").write_bytes(b"a picture")
    return place


def test_what_is_written_is_read_again(folder: Path) -> None:
    write_collection(folder, WALKS)
    assert read_collection(folder) == WALKS
    assert (folder / "story.md").read_bytes() == b"# One\n\nA walk.\r\n"


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable() or "\n" in text),
    st.text(st.characters(categories=("L", "N", "P", "Zs"), include_characters="\n\t:#'\"~|>-"), min_size=1),
)
def test_any_text_is_read_again(folder: Path, title: str, caption: str) -> None:
    work = DUSK.model_copy(update={"title": title, "caption": caption, "tags": (title,)})
    changed = Collection(name="two-walks", title=title, works=(work,))
    write_collection(folder, changed)
    assert read_collection(folder) == changed


def test_a_file_that_says_it_already_keeps_its_comments(folder: Path) -> None:
    write_collection(folder, WALKS)
    file = folder / "works" / "dusk.yaml"
    commented = f"# my own note\n{file.read_text()}"
    file.write_text(commented)
    write_collection(folder, WALKS.model_copy(update={"title": "Three walks"}))
    assert file.read_text() == commented
    assert read_collection(folder).title == "Three walks"


def test_works_that_are_gone_lose_their_file_and_media_stay(folder: Path) -> None:
    write_collection(folder, WALKS)
    write_collection(folder, WALKS.model_copy(update={"works": WALKS.works[1:], "cover": None}))
    assert [path.name for path in (folder / "works").iterdir()] == ["a-dawn.yaml"]
    assert (folder / "media" / "dusk.jpg").exists()


def test_without_a_list_works_come_by_name(folder: Path) -> None:
    write_collection(folder, WALKS)
    (folder / "collection.yaml").write_text("collection: 1\ntitle: Two walks\n")
    assert [work.name for work in read_collection(folder).works] == ["a-dawn", "dusk"]


def test_faults_name_file_line_key_and_what_was_meant(folder: Path) -> None:
    write_collection(folder, WALKS)
    (folder / "collection.yaml").write_text("collection: 1\ntitle: Two walks\nworks:\n- dusc\n- a-dawn\n")
    (folder / "works" / "a-dawn.yaml").write_text(
        "titel: Dawn\nkind: vidio\nfile: ../dawn.mp4\ndate: today\nfilters: [{filter: a, digets: b}]\n"
    )
    with pytest.raises(InvalidCollection) as caught:
        read_collection(folder)
    told = [str(fault) for fault in caught.value.faults]
    assert told[0] == "collection.yaml, line 4, works.1: there is no works/dusc.yaml. Did you mean dusk?"
    assert told[1].endswith("works/dusk.yaml is there and is not named; add dusk, or leave works out")
    assert "works/a-dawn.yaml, line 1, title: it must be given" in told
    assert any("line 1, titel: there is no such key. Did you mean title" in one for one in told)
    assert "works/a-dawn.yaml, line 2, kind: 'vidio' is none of picture, video. Did you mean video?" in told
    assert any("line 3, file: a file is named by its path in the collection's folder" in one for one in told)
    assert "works/a-dawn.yaml, line 4, date: 'today' is no day; write it as 2026-11-27" in told
    assert any("line 5, filters.1.digets: there is no such key. Did you mean digest?" in one for one in told)


def test_a_file_that_is_missing_is_named_with_the_nearest(folder: Path) -> None:
    write_collection(folder, WALKS)
    file = folder / "works" / "dusk.yaml"
    file.write_text(file.read_text().replace("media/dusk.jpg", "media/dusk.jpeg"))
    with pytest.raises(InvalidCollection, match=r"no file media/dusk\.jpeg\. Did you mean media/dusk\.jpg"):
        read_collection(folder)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title: [", "collection.yaml, line 1: not YAML"),
        ("just text", "collection.yaml, line 1: it has no keys"),
        ("collection: 2\ntitle: a\n", "line 1, collection: 2 is none of 1"),
        (
            "collection: 1\ntitle: a\ncover: dust\n",
            "line 3, cover: there is no work dust. Did you mean dusk?",
        ),
        ("collection: 1\ntitle: a\nstory: b\n", "line 3, story: there is a story.md too; keep one"),
        ("collection: 1\ntitle: a\ntitle: b\n", "line 3, title: it is there twice"),
    ],
)
def test_faults_of_the_collection_itself(folder: Path, text: str, told: str) -> None:
    write_collection(folder, WALKS)
    (folder / "collection.yaml").write_text(text)
    with pytest.raises(InvalidCollection, match=told.replace("[", r"\[")):
        read_collection(folder)


def test_no_collection(tmp_path: Path) -> None:
    with pytest.raises(CollectionNotFound, match=r"is no collection: it has no collection\.yaml"):
        read_collection(tmp_path)


def test_the_shelf_finds_by_name(tmp_path: Path) -> None:
    shelf = CollectionShelf(tmp_path / "collections")
    assert shelf.names() == []
    shelf.make(Collection(name="two-walks", title="Two walks"))
    assert shelf.names() == ["two-walks"]
    assert shelf.read("two-walks").title == "Two walks"
    with pytest.raises(CollectionNotFound, match=r"no collection 'two-wlks'\. Did you mean two-walks"):
        shelf.read("two-wlks")
    with pytest.raises(CollectionNotFound):
        shelf.read("../two-walks")
    with pytest.raises(DuplicateCollection, match="There is a collection 'two-walks' already"):
        shelf.make(Collection(name="two-walks", title="Others"))
    with pytest.raises(InvalidCollection, match=r"is no name for .* such as two-walks-2"):
        shelf.place("Two walks 2")
    shelf.delete("two-walks")
    assert shelf.names() == []


def test_names_are_made_of_any_text() -> None:
    assert name_from("Över the Sea.jpg") == "over-the-sea-jpg"
    assert name_from("海") == "work"


@pytest.mark.parametrize(
    ("size", "middle", "box"),
    [
        ((400, 200), None, (100, 0, 200)),
        ((400, 200), (0.0, 0.5), (0, 0, 200)),
        ((400, 200), (1.0, 1.0), (200, 0, 200)),
        ((200, 400), (0.5, 0.5), (0, 100, 200)),
    ],
)
def test_a_square_stays_inside(
    size: tuple[int, int], middle: tuple[float, float] | None, box: tuple[int, int, int]
) -> None:
    assert square_box(size, middle) == box


def test_the_schema_is_published() -> None:
    # After a change: python -c "import json; from rotoscope.publish.collection import collection_schema;
    #   print(json.dumps(collection_schema(), indent=2))" > docs/collection.schema.json
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json.loads(json.dumps(collection_schema()))


def test_files_are_plain_yaml(folder: Path) -> None:
    write_collection(folder, WALKS)
    plain = yaml.safe_load((folder / "works" / "dusk.yaml").read_text())
    assert plain["title"] == "Dusk"
    assert plain["date"] == date(2026, 5, 1)
    assert plain["tags"] == ["sea", "1984"]
