"""inspect, check, filters, train and the program itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope import __version__

import samples
from command import Run

VECTOR = next((Path(__file__).parents[1] / "vectors").rglob("*.onnx"))


def test_version(run: Run) -> None:
    assert run("--version").out == f"rotoscope {__version__}\n"


def test_inspect_tells_what_is_in_a_clip(run: Run, tmp_path: Path) -> None:
    clip = samples.make_variable_rate(tmp_path / "clip.mp4")
    ran = run("inspect", clip)
    assert ran.exit_code == 0
    for words in ("64x48", "variable", "aac, 48000 Hz", "h264, yuv420p, 8 bits"):
        assert words in ran.out
    facts = run("inspect", clip, "--json").json
    assert facts["video"]["is_variable_rate"] is True
    assert facts["video"]["frame_count_from_content"] == len(samples.IRREGULAR_PTS)


def test_inspect_tells_of_a_truncation(run: Run, tmp_path: Path) -> None:
    whole = samples.make_clip(
        tmp_path / "whole.mp4", frames=60, size=(320, 240), options={"movflags": "faststart"}
    )
    cut = samples.truncate(whole, tmp_path / "cut.mp4")
    ran = run("inspect", cut)
    assert "PROBLEM" in ran.out


def test_check_is_clean_for_the_same_file_and_not_for_a_shorter_one(run: Run, tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=20)
    assert run("check", clip, clip).exit_code == 0
    shorter = samples.make_clip(tmp_path / "shorter.mp4", frames=12)
    ran = run("check", clip, shorter)
    assert ran.exit_code == 1
    assert "20 -> 12" in ran.out
    assert run("check", clip, shorter, "--json").json["rows"]


def test_filters_list_has_the_promised_fields(run: Run) -> None:
    entries = run("filters", "list", "--json").json
    assert {"lineart", "posterize", "colors", "lut"} <= {entry["name"] for entry in entries}
    assert all({"name", "kind", "version", "bundled"} <= set(entry) for entry in entries)
    listed = run("filters", "list").out
    assert all(entry["name"] in listed for entry in entries)


def test_a_filter_is_imported_shown_verified_used_exported_and_removed(run: Run, tmp_path: Path) -> None:
    imported = run("filters", "import", VECTOR, "--name", "mine")
    assert imported.exit_code == 0, imported.err
    assert [e["bundled"] for e in run("filters", "list", "--json").json if e["name"] == "mine"] == [False]
    assert "neural" in run("filters", "show", "mine").out
    assert run("filters", "verify", "mine").exit_code == 0
    photo = samples.make_stills(tmp_path / "photos", frames=1) / "0000.png"
    assert run("stylize", photo, tmp_path / "painted.png", "--filter", "mine").exit_code == 0
    assert run("filters", "export", "mine", tmp_path / "mine.onnx").exit_code == 0
    assert run("filters", "verify", tmp_path / "mine.onnx").exit_code == 0
    again = run("filters", "import", VECTOR, "--name", "mine")
    assert again.exit_code == 1
    assert "mine" in again.err
    assert run("filters", "remove", "mine").exit_code == 0
    assert run("filters", "show", "mine").exit_code == 1


def test_show_lists_a_kind_s_options(run: Run) -> None:
    ran = run("filters", "show", "posterize")
    assert "levels" in ran.out


def test_verify_fails_for_a_damaged_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "damaged.onnx").write_bytes(VECTOR.read_bytes()[:-200])
    ran = run("filters", "verify", tmp_path / "damaged.onnx")
    assert ran.exit_code == 1
    assert "NOT in order" in ran.out


def test_train_says_what_feature_weights_it_wants(run: Run, tmp_path: Path) -> None:
    style = samples.make_stills(tmp_path / "style", frames=1) / "0000.png"
    (tmp_path / "weights.bin").write_bytes(b"x" * 100)
    ran = run(
        "train", style, "--name", "mine", "--feature-weights", tmp_path / "weights.bin",
        "--content", samples.make_stills(tmp_path / "content", frames=12),
    )  # fmt: skip
    assert ran.exit_code == 1
    assert ".safetensors" in ran.err


def test_train_without_torch_names_the_extra(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", _without_torch)
    ran = run("train", tmp_path / "style.jpg", "--name", "mine")
    assert ran.exit_code == 1
    assert 'pip install "rotoscope[train]"' in ran.err


def _without_torch(name: str) -> object | None:
    return None if name == "torch" else object()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--budget-dollars", "1"), "--rate-per-hour, what an hour costs, belongs to it"),
        (
            ("--budget-dollars", "1", "--rate-per-hour", "2", "--minutes", "3"),
            "Give --minutes or --budget-dollars, not both.",
        ),
        (("--steps", "3", "--minutes", "3"), "give exactly one"),
        (("--from-scratch", "--init-from", "a.onnx"), "Give --init-from or --from-scratch, not both."),
        (("--stroke-scale", "9"), "--stroke-scale"),
    ],
)
def test_train_refuses_what_contradicts_itself(
    run: Run, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    ran = run("train", tmp_path / "style.jpg", "--name", "mine", *options)
    assert ran.exit_code in (1, 2)
    assert words in ran.err


def test_train_checks_the_name_before_anything_else(run: Run, tmp_path: Path) -> None:
    ran = run("train", tmp_path / "style.jpg", "--name", "Bad Name")
    assert ran.exit_code == 1
    assert "'Bad Name' cannot be a filter's name" in ran.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nonsense", "--json"), "No such command 'nonsense'."),
        (("inspect", "--json"), "Missing argument 'INPUT'."),
        (("inspect", "clip.mp4", "--json", "--loud"), "No such option: --loud"),
    ],
)
def test_programs_are_told_of_wrong_usage_as_of_other_errors(
    run: Run, arguments: tuple[str, ...], message: str
) -> None:
    ran = run(*arguments)
    assert ran.exit_code == 2
    assert ran.json == {"error": {"type": "UsageError", "message": message}}
    assert ran.err == ""
