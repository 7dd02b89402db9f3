"""The filters at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rotoscope.errors import (
    ChecksumMismatch,
    DuplicateFilter,
    InvalidCard,
    InvalidOptions,
    OutputExists,
    PaletteError,
    UnknownFilter,
)
from rotoscope.filters.card import Card, Padding
from rotoscope.filters.file import read_filter_file, write_filter_file
from rotoscope.filters.kinds import KINDS
from rotoscope.palette.card_edit import CardChanges, StyleChanges
from rotoscope.palette.folder import checksum_path, record_checksum
from rotoscope.palette.palette import BUNDLED_FOLDER, Palette
from rotoscope.palette.third_party import ImportOptions

from graph_samples import half_size_model, identity_model, random_picture, tint_model, tinted

PADDING = Padding(multiple=2, margin=4)


def write(folder: Path, name: str, *, file_name: str | None = None, version: int = 1) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{file_name or name}.onnx"
    write_filter_file(path, tint_model(), Card(name=name, padding=PADDING, version=version, title="A tint"))
    return path


@pytest.fixture
def palette(tmp_path: Path) -> Palette:
    """One bundled filter, ``bundled-tint``, and one own, ``own-tint``."""
    write(tmp_path / "bundled", "bundled-tint", version=2)
    write(tmp_path / "own", "own-tint")
    return Palette(tmp_path / "own", bundled=tmp_path / "bundled")


def test_everything_at_hand_is_listed_by_name(palette: Palette, tmp_path: Path) -> None:
    entries = palette.list()
    classical = [(name, name, 1, True) for name in KINDS]
    tints = [("bundled-tint", "neural", 2, True), ("own-tint", "neural", 1, False)]
    assert [(e.name, e.kind, e.version, e.bundled) for e in entries] == sorted([*classical, *tints])
    own = palette.get("own-tint")
    assert own.path == tmp_path / "own" / "own-tint.onnx"
    assert own.title == "A tint"
    assert own.digest == read_filter_file(tmp_path / "own" / "own-tint.onnx").digest
    assert all(entry.problem is None for entry in entries)


def test_a_folder_that_is_not_there_is_empty_and_not_made(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    assert all(entry.bundled for entry in Palette(folder).list())
    assert not folder.exists()


def test_filters_are_loaded_by_name_path_and_options(palette: Palette, tmp_path: Path) -> None:
    picture = random_picture(9, 11)
    assert np.array_equal(palette.load("own-tint", precision="f32").apply(picture), tinted(picture))
    path = str(tmp_path / "own" / "own-tint.onnx")
    assert palette.load(path).digest == palette.load("own-tint").digest
    half = palette.load("own-tint:strength=0.5", precision="f32", threads=1).apply(picture).astype(int)
    assert np.abs(half - (picture + tinted(picture).astype(int)) / 2).max() <= 1
    assert palette.load("posterize:levels=3").kind == "posterize"
    assert np.array_equal(palette.load("posterize:levels=3,strength=0").apply(picture), picture)


def test_unknown_names_are_answered_with_the_nearest(palette: Palette) -> None:
    with pytest.raises(UnknownFilter, match=r"no filter 'own-tent'. Did you mean own-tint.*posterize"):
        palette.load("own-tent")
    with pytest.raises(UnknownFilter, match="Did you mean posterize"):
        palette.get("posterise")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("own-tint:levels=3", "option levels; a neural filter takes clarity, color, strength, stroke"),
        ("own-tint:strength=much", "strength was 'much'; it is a number from 0"),
        ("own-tint:strength=1.5", "strength was 1.5; it is a number from 0"),
        ("posterize:levels=lots", "option 'levels' was 'lots'"),
    ],
)
def test_wrong_options_are_said(palette: Palette, spec: str, message: str) -> None:
    with pytest.raises(InvalidOptions, match=message):
        palette.load(spec)


def test_wrong_runtimes_are_said(palette: Palette) -> None:
    with pytest.raises(InvalidOptions, match="precision was 'f8'"):
        palette.load("own-tint", precision="f8")
    with pytest.raises(InvalidOptions, match="backend was 'tea'"):
        palette.load("own-tint", backend="tea")
    assert palette.load("own-tint", backend="onnxruntime").name == "own-tint"


def test_names_are_never_shadowed(palette: Palette, tmp_path: Path) -> None:
    write(tmp_path / "own", "bundled-tint", file_name="sneaky")
    write(tmp_path / "own", "posterize")
    problems = [entry.problem for entry in palette.list() if entry.problem is not None]
    assert len(problems) == 2
    assert "bundled-tint.onnx has already" in problems[0]
    assert "'posterize', which a classical kind has already" in problems[1]
    with pytest.raises(
        DuplicateFilter, match=r"sneaky\.onnx has the name 'bundled-tint', which .*Import it under"
    ):
        palette.load("bundled-tint")
    assert palette.load("posterize").kind == "posterize"
    assert palette.load(str(tmp_path / "own" / "sneaky.onnx")).name == "bundled-tint"


def test_damaged_files_are_listed_with_their_problem(palette: Palette, tmp_path: Path) -> None:
    (tmp_path / "own" / "broken.onnx").write_bytes(b"broken")
    (tmp_path / "own" / ".hidden.onnx.1234.part").write_bytes(b"unfinished")
    entry = palette.get("broken")
    assert (entry.version, entry.card, entry.digest) == (None, None, None)
    assert "is not an ONNX model" in (entry.problem or "")
    assert len(palette.list()) == len(KINDS) + 3


def test_importing_a_filter_copies_it_and_records_its_checksum(palette: Palette, tmp_path: Path) -> None:
    source = write(tmp_path, "great-wave")
    entry = palette.import_file(source)
    assert entry.path == tmp_path / "own" / "great-wave.onnx"
    place = tmp_path / "own" / "great-wave.onnx"
    assert place.read_bytes() == source.read_bytes()
    assert checksum_path(place).read_text() == f"{entry.digest}  great-wave.onnx\n"
    assert sorted(p.name for p in (tmp_path / "own").iterdir()) == [
        "great-wave.onnx",
        "great-wave.onnx.sha256",
        "own-tint.onnx",
    ]


def test_importing_makes_the_folder_and_gives_another_name(tmp_path: Path) -> None:
    source = write(tmp_path, "great-wave", version=7)
    entry = Palette(tmp_path / "deep" / "own").import_file(source, name="small-wave")
    assert (entry.name, entry.version) == ("small-wave", 7)
    assert entry.path == tmp_path / "deep" / "own" / "small-wave.onnx"


def test_importing_never_replaces(palette: Palette, tmp_path: Path) -> None:
    source = write(tmp_path, "own-tint")
    before = (tmp_path / "own" / "own-tint.onnx").read_bytes()
    for name in (None, "bundled-tint", "posterize"):
        with pytest.raises(DuplicateFilter, match=r"already .*nothing is replaced"):
            palette.import_file(source, name=name)
    assert (tmp_path / "own" / "own-tint.onnx").read_bytes() == before
    (tmp_path / "own" / "third.onnx").write_bytes(b"something else")
    with pytest.raises((DuplicateFilter, OutputExists)):
        palette.import_file(source, name="third")
    assert (tmp_path / "own" / "third.onnx").read_bytes() == b"something else"


def test_importing_a_third_party_network(palette: Palette, tmp_path: Path) -> None:
    path = tmp_path / "My Network_2.onnx"
    path.write_bytes(half_size_model().SerializeToString())
    entry = palette.import_file(path, options=ImportOptions(title="Mine", license="CC0-1.0"))
    assert entry.name == "my-network-2"
    assert entry.title == "Mine"
    assert entry.card is not None
    assert entry.card.license == "CC0-1.0"
    picture = random_picture(20, 31)
    assert palette.load("my-network-2").apply(picture).shape == picture.shape
    assert palette.verify("my-network-2").passed


def test_import_options_are_for_third_party_networks(palette: Palette, tmp_path: Path) -> None:
    with pytest.raises(InvalidOptions, match="is a Rotoscope filter already"):
        palette.import_file(write(tmp_path, "wave"), options=ImportOptions(channels="bgr"))


def test_bad_names_and_missing_files_leave_nothing_behind(tmp_path: Path) -> None:
    palette = Palette(tmp_path / "own")
    source = write(tmp_path, "wave")
    with pytest.raises(InvalidCard, match="a name is lower-case words"):
        palette.import_file(source, name="../wave")
    with pytest.raises(UnknownFilter, match="cannot be read"):
        palette.import_file(tmp_path / "none.onnx")
    assert not (tmp_path / "own").exists()


def test_a_changed_file_is_not_loaded(palette: Palette, tmp_path: Path) -> None:
    entry = palette.import_file(write(tmp_path, "wave"))
    assert entry.path is not None
    record_checksum(entry.path, "0" * 64)
    with pytest.raises(ChecksumMismatch, match=r"was recorded when it came: it was changed or damaged since"):
        palette.load("wave")
    report = palette.verify("wave")
    assert not report.passed
    assert "was recorded when it came" in report.checks[0].detail


def test_exporting_copies_to_a_file_or_folder(palette: Palette, tmp_path: Path) -> None:
    original = (tmp_path / "own" / "own-tint.onnx").read_bytes()
    assert palette.export("own-tint", tmp_path) == tmp_path / "own-tint.onnx"
    assert palette.export("own-tint", tmp_path / "x.onnx") == tmp_path / "x.onnx"
    assert (tmp_path / "own-tint.onnx").read_bytes() == (tmp_path / "x.onnx").read_bytes() == original
    with pytest.raises(OutputExists):
        palette.export("bundled-tint", tmp_path / "x.onnx")
    palette.export("bundled-tint", tmp_path / "x.onnx", overwrite=True)
    assert (tmp_path / "x.onnx").read_bytes() != original
    with pytest.raises(PaletteError, match="'posterize' is a classical kind"):
        palette.export("posterize", tmp_path)


def test_removing_own_filters_only(palette: Palette, tmp_path: Path) -> None:
    palette.import_file(write(tmp_path, "wave"))
    palette.remove("wave")
    assert [p.name for p in (tmp_path / "own").iterdir()] == ["own-tint.onnx"]
    for name in ("bundled-tint", "posterize"):
        with pytest.raises(PaletteError, match="comes with Rotoscope and stays"):
            palette.remove(name)
    with pytest.raises(UnknownFilter):
        palette.remove("wave")


def test_bundled_filters_are_in_order(tmp_path: Path) -> None:
    palette = Palette(tmp_path)
    for entry in palette.list():
        assert entry.problem is None
        if entry.path is None:
            continue
        assert entry.path == BUNDLED_FOLDER / f"{entry.name}.onnx"
        assert checksum_path(entry.path).is_file(), f"{entry.name} has no recorded checksum"
        report = palette.verify(entry.name)
        assert report.passed, report


def test_verifying_a_file_that_is_not_in_the_palette(tmp_path: Path) -> None:
    path = tmp_path / "lonely.onnx"
    write_filter_file(path, identity_model(), Card(name="lonely", padding=PADDING))
    for target in (path, str(path)):
        report = Palette(tmp_path / "own").verify(target)
        assert report.passed
        assert [check.name for check in report.checks] == ["checksum", "rules", "values", "sizes"]
        assert "No checksum is recorded" in report.checks[0].detail


def test_the_card_of_an_own_filter_is_edited_and_it_paints_the_same(palette: Palette, tmp_path: Path) -> None:
    before = palette.get("own-tint")
    photo = random_picture(24, 32)
    painted = palette.load("own-tint").apply(photo)
    changes = CardChanges(title="Blue", tags=["art"], style=StyleChanges(title="A print", year="1931"))
    after = palette.edit_card("own-tint", changes)
    assert after.card is not None
    assert after.card.style is not None
    assert (after.title, after.card.tags, after.card.style.year) == ("Blue", ("art",), "1931")
    assert after.digest != before.digest
    assert (palette.load("own-tint").apply(photo) == painted).all()
    assert palette.verify("own-tint").passed
    cleared = palette.edit_card("own-tint", CardChanges(title=None, style=StyleChanges(title=None)))
    assert cleared.card is not None
    assert cleared.card.style is not None
    assert (cleared.title, cleared.card.style.title, cleared.card.style.year) == (None, None, "1931")


def test_the_cards_of_bundled_filters_stay(palette: Palette) -> None:
    with pytest.raises(PaletteError, match="comes with Rotoscope and its card can only be changed on a copy"):
        palette.edit_card("bundled-tint", CardChanges(title="Mine"))


def test_a_folder_is_read_anew_when_a_file_in_it_changes(palette: Palette, tmp_path: Path) -> None:
    assert palette.get("own-tint") is palette.get("own-tint")
    (tmp_path / "own" / "own-tint.onnx").unlink()
    with pytest.raises(UnknownFilter):
        palette.get("own-tint")
    write(tmp_path / "own", "own-tint", version=7)
    assert palette.get("own-tint").version == 7
