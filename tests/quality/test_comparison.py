"""Runs of `python -m bench.quality`, small."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.quality.__main__ import main
from bench.quality.bundled import bundled_candidates, bundled_cards
from bench.quality.comparing import Comparison
from bench.quality.measuring import Conditions
from bench.quality.painters import digest_of, load_painter
from bench.quality.table import Candidate, Table
from rotoscope.errors import InvalidOptions, RotoscopeError, UnknownFilter
from rotoscope.filters.card import Card, Padding, StyleImage
from rotoscope.filters.neural import NeuralFilter
from rotoscope.palette.palette import Palette
from rotoscope.render.style_pictures import write_style

import samples
from graph_samples import tint_model
from quality_toys import blocks, lay_out_photographs, report, row, toy_conditions, write_weights


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Three photographs, a filter, a network of another maker and a folder of paintings."""
    Image.fromarray(blocks(9, 72, 96)).save(tmp_path / "style.png")
    (tmp_path / "tint.onnx").write_bytes(tint_model().SerializeToString())
    style = tmp_path / "style.png"
    photographs = lay_out_photographs(tmp_path / "photos")
    (tmp_path / "made").mkdir()
    Image.open(photographs / "photo-1.png").save(tmp_path / "made" / "photo-1.png")
    return Table(
        photographs=photographs,
        clips=(samples.make_clip(tmp_path / "clip.mp4", frames=12),),
        candidate=(
            Candidate(title="Four levels", filter="posterize:levels=4", style=style, flicker=True),
            Candidate(title="Tint", filter=str(tmp_path / "tint.onnx"), style=style, group="others"),
            Candidate(title="Made", paintings=tmp_path / "made", style=style, group="optimization"),
        ),
    )


@pytest.fixture
def small_table(table: Table) -> Table:
    """The first candidate and the last, and no clip."""
    levels, _, made = table.candidate
    still = levels.model_copy(update={"flicker": False})
    return table.model_copy(update={"clips": (), "candidate": (still, made)})


def compare(table: Table, folder: Path, told: list[str], conditions: Conditions | None = None) -> Comparison:
    return Comparison(table, conditions or toy_conditions(folder), folder / "out", tell=told.append)


def test_a_run_measures_everything_and_writes_it_down(table: Table, tmp_path: Path) -> None:
    told: list[str] = []
    result = compare(table, tmp_path, told).run()
    posterized, tinted, made = result.rows
    assert [len(one.paintings) for one in result.rows] == [3, 3, 1]
    assert made.content == 0
    assert posterized.content > 0
    assert posterized.own == 1
    assert tinted.parameters is not None
    assert tinted.painter == "tint.onnx"
    assert posterized.clips[0].short > 0
    assert not tinted.clips
    assert result.sources[0].sharpness == 1
    out = tmp_path / "out"
    assert json.loads((out / "quality.json").read_text()) == result.model_dump(mode="json")
    assert f"| Tint | style.png | {tinted.style:.3f} |" in (out / "quality.md").read_text()
    sheets = {path.name for path in (out / "sheets").iterdir()}
    assert {"own.png", "others.png", "optimization.png", f"{made.folder_name}.png"} <= sheets
    assert told[0].startswith("Four levels: style ")


def test_paintings_are_those_of_the_filter(small_table: Table, tmp_path: Path) -> None:
    posterized = compare(small_table, tmp_path, []).run().rows[0]
    kept = tmp_path / "out" / "paintings" / posterized.folder_name / "photo-0.png"
    painter = load_painter(Palette(tmp_path), "posterize:levels=4", precision="f32", threads=1)
    assert np.array_equal(np.asarray(Image.open(kept)), painter.filter.apply(blocks(0)))


def test_what_is_known_is_not_measured_again(small_table: Table, tmp_path: Path) -> None:
    first = compare(small_table, tmp_path, []).run()
    known = (tmp_path / "out" / "known.json").stat().st_mtime_ns
    again = compare(small_table, tmp_path, []).run()
    assert again == first
    assert (tmp_path / "out" / "known.json").stat().st_mtime_ns == known
    Image.fromarray(blocks(8, 72, 96)).save(tmp_path / "style.png")
    other = compare(small_table, tmp_path, []).run()
    assert [one.style for one in other.rows] != [one.style for one in first.rows]
    assert [one.content for one in other.rows] == [one.content for one in first.rows]


def test_published_figures_stand_for_paintings_that_are_not_here(small_table: Table, tmp_path: Path) -> None:
    (tmp_path / "made" / "photo-1.png").unlink()
    told: list[str] = []
    comparison = compare(small_table, tmp_path, told)
    comparison.published = report(row("Made", group="optimization"))
    assert comparison.run().rows[1] == row("Made", group="optimization")
    made = tmp_path / "made"
    assert told[1] == f"Made: there are no paintings in {made}; the published figures stand"
    comparison.published = None
    assert [one.title for one in comparison.run().rows] == ["Four levels"]
    assert f"Made: there are no paintings in {made}; it is left out" in told


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("photo-1.png", (40, 40), r"photo-1 is 40x40; its photograph is measured at 72x64"),
        (
            "other.png",
            (64, 64),
            r"no picture in .*made has the name of a photograph: photo-0, photo-1, photo-2",
        ),
    ],
)
def test_paintings_that_do_not_fit_are_refused(
    small_table: Table, tmp_path: Path, name: str, size: tuple[int, int], message: str
) -> None:
    (tmp_path / "made" / "photo-1.png").unlink()
    Image.new("RGB", size).save(tmp_path / "made" / name)
    with pytest.raises(InvalidOptions, match=message):
        compare(small_table, tmp_path, []).run()


def test_files_are_imported_for_the_time_being(table: Table, tmp_path: Path) -> None:
    palette = Palette(tmp_path / "filters")
    file = tmp_path / "tint.onnx"
    painter = load_painter(palette, str(file), precision="f32", threads=1)
    assert painter.digest == digest_of(file)
    assert not (tmp_path / "filters").exists()
    bordered = load_painter(palette, str(file), precision="f32", threads=1, margin=8)
    assert bordered.digest != painter.digest
    assert isinstance(bordered.filter, NeuralFilter)
    assert bordered.filter.card.padding.margin == 8
    with pytest.raises(UnknownFilter, match=r"there is no file none\.onnx"):
        load_painter(palette, "none.onnx", precision="f32", threads=1)


def test_style_images_of_bundled_filters_are_found_by_their_digest(tmp_path: Path) -> None:
    folder, drawn = tmp_path / "styles", tmp_path / "drawn"
    folder.mkdir()
    write_style("plaid", folder / "any-name.png", side=64)
    card = Card(
        name="tartan",
        padding=Padding(multiple=4),
        style=StyleImage(sha256=digest_of(folder / "any-name.png")),
    )
    stranger = Card(name="stranger", padding=Padding(multiple=4), style=StyleImage(sha256="0" * 64))
    bare = Card(name="bare", padding=Padding(multiple=4))
    found, missing = bundled_candidates([card, stranger, bare], [folder], drawn=drawn, flicker=["tartan"])
    assert [(one.title, one.style.name, one.flicker) for one in found] == [("tartan", "any-name.png", True)]
    assert missing == ["stranger", "bare"]
    assert not drawn.exists()


def test_every_bundled_filter_is_a_candidate(tmp_path: Path) -> None:
    cards = bundled_cards(Palette(tmp_path))
    assert {card.name for card in cards} >= {"great-wave", "starry-night"}


def test_the_program_measures_pairs(
    small_table: Table, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROTOSCOPE_DATA_DIR", str(tmp_path / "data"))
    weights = write_weights(tmp_path / "vgg19.safetensors")
    words = ["--photographs", str(tmp_path / "few"), "--output", str(tmp_path / "out"), "--threads", "1"]
    words += ["--feature-weights", str(weights), "--short-side", "64"]
    lay_out_photographs(tmp_path / "few", 1)
    assert main(["--pair", f"posterize={tmp_path / 'style.png'}", *words, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["rows"][0]["title"] == "posterize"
    assert printed["features"].startswith("vgg19 ")
    assert printed["short_side"] == 64


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--pair", "great-wave=wave.jpg"], "--pair wants --photographs, a folder, and no table"),
        (["--pair", "great-wave=no.jpg", "--photographs", "nowhere"], "nowhere, no.jpg: not there"),
        (["none.toml"], "none.toml cannot be read"),
    ],
)
def test_the_program_says_what_is_wrong(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 1
    assert message in capsys.readouterr().err


def test_an_error_is_one_of_the_products(tmp_path: Path) -> None:
    with pytest.raises(RotoscopeError):
        load_painter(Palette(tmp_path), "grate-wave", precision="f32", threads=1)
