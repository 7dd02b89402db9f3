"""``rotoscope look`` and ``stylize --look``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rotoscope.media.clip import open_clip
from rotoscope.media.manifest import read_manifest
from rotoscope.render import stylize as stylizing
from rotoscope.render.options import RenderOptions
from rotoscope.render.recipe_line import RECIPE_KEY

import samples
from command import Run

LOOK = """\
look: 1
layers:
  - filter: posterize:levels=2
    strength: {0s: 0, 0.4s: 1}
  - filter: lineart
    mask: {kind: linear, begin: [0, 0.5], end: [0.01, 0.5]}
"""


@pytest.fixture
def look(tmp_path: Path) -> Path:
    path = tmp_path / "dusk.yaml"
    path.write_text(LOOK)
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return samples.make_clip(tmp_path / "clip.mp4", frames=20)


def test_init_writes_a_look_that_validates(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    assert run("look", "init", path).exit_code == 0
    ran = run("look", "validate", path)
    assert ran.exit_code == 0
    assert "Warming up (great-wave, lineart), in order" in ran.out
    again = run("look", "init", path)
    assert again.exit_code == 1
    assert "exists already" in again.err
    assert run("look", "init", path, "--overwrite", "--json").json == {"output": str(path)}


def test_validate_prints_every_fault_with_its_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("look: 1\nlayers:\n  - filter: great-wave\n    blend: multply\n    strenght: 1\n")
    ran = run("look", "validate", path)
    assert ran.exit_code == 1
    lines = ran.err.splitlines()
    assert lines[0].startswith(f"{path}: line 4, layers.1.blend: 'multply' is none of normal, multiply")
    assert "Did you mean multiply?" in lines[0]
    assert lines[1].startswith(f"{path}: line 5, layers.1.strenght: there is no such key.")
    faults = run("look", "validate", path, "--json").json["faults"]
    assert [(fault["line"], fault["key"]) for fault in faults] == [
        (4, "layers.1.blend"),
        (5, "layers.1.strenght"),
    ]
    missing = run("look", "validate", tmp_path / "nowhere.yaml")
    assert missing.exit_code == 1
    assert "cannot be read" in missing.err


def test_preview_paints_the_interesting_moments(run: Run, look: Path, clip: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    ran = run("look", "preview", look, clip, "-o", sheet)
    assert ran.exit_code == 0, ran.err
    assert f"{sheet}: dusk (posterize, lineart)" in ran.out
    with Image.open(sheet) as image:
        assert image.width > 200
    assert run("look", "preview", look, clip, "-o", sheet).exit_code == 1
    few = run("look", "preview", look, clip, "-o", sheet, "--overwrite", "--at", "0.1", "--json")
    assert few.json["frames"] == 1


def test_preview_of_a_photograph(run: Run, look: Path, tmp_path: Path) -> None:
    Image.fromarray(samples.picture()).save(tmp_path / "photo.png")
    ran = run("look", "preview", look, tmp_path / "photo.png", "-o", tmp_path / "sheet.jpg")
    assert ran.exit_code == 0, ran.err


def test_stylize_paints_a_look_over_time(run: Run, look: Path, clip: Path, tmp_path: Path) -> None:
    output = tmp_path / "painted.mkv"
    ran = run("stylize", clip, output, "--look", look, "--codec", "ffv1")
    assert ran.exit_code == 0, ran.err
    assert "dusk (posterize, lineart)" in ran.out
    sources, results = (list(open_clip(path).frames()) for path in (clip, output))
    change = [
        float(np.abs(a.pixels[:, 4:].astype(int) - b.pixels[:, 4:]).mean())
        for a, b in zip(sources, results, strict=True)
    ]
    assert change[0] < 3
    assert change[5] < change[10] < change[-1] + 3
    assert change[-1] > 10


def test_a_look_paints_stills_and_folders_of_photographs(run: Run, look: Path, tmp_path: Path) -> None:
    photos = samples.make_stills(tmp_path / "photos", frames=2)
    assert run("stylize", photos, tmp_path / "painted", "--look", look).exit_code == 0
    still = next(iter(sorted(photos.iterdir())))
    assert run("stylize", still, tmp_path / "one.png", "--look", look).exit_code == 0


def test_preview_of_stylize_paints_the_moment(run: Run, look: Path, clip: Path, tmp_path: Path) -> None:
    for at in ("0", "0.7"):
        ran = run("stylize", clip, tmp_path / f"at-{at}.png", "--look", look, "--preview", at)
        assert ran.exit_code == 0, ran.err
    early, late = (np.asarray(Image.open(tmp_path / f"at-{at}.png")).astype(int) for at in ("0", "0.7"))
    assert np.abs(early - late)[24:, 8:].mean() > 10


def test_a_manifest_says_which_look_has_painted(run: Run, look: Path, clip: Path, tmp_path: Path) -> None:
    ran = run("stylize", clip, tmp_path / "frames", "--look", look, "--stop", "0.1")
    assert ran.exit_code == 0, ran.err
    assert '"dusk"' in next((tmp_path / "frames").glob("*.json")).read_text()


def test_filters_and_a_look_are_not_given_together(run: Run, look: Path, clip: Path, tmp_path: Path) -> None:
    output = tmp_path / "painted.mp4"
    both = run("stylize", clip, output, "--look", look, "--filter", "lineart")
    assert "--like were given together" in " ".join(both.err.replace("│", "").split())
    neither = run("stylize", clip, output)
    assert "--like were all left out" in " ".join(neither.err.replace("│", "").split())
    assert both.exit_code == neither.exit_code == 2


def test_options_go_on_top_of_a_look(run: Run, look: Path, clip: Path, tmp_path: Path) -> None:
    output = tmp_path / "painted.mp4"
    options = ("--strength", "0", "--size", "32", "--colors", "photo", "--stroke-scale", "1")
    assert run("stylize", clip, output, "--look", look, *options).exit_code == 0
    frame = next(iter(open_clip(output).frames()))
    assert frame.shape[0] == 32


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "webm"])
def test_a_result_says_how_it_was_made_and_it_is_done_again(
    run: Run, look: Path, clip: Path, tmp_path: Path, suffix: str
) -> None:
    first, again = tmp_path / f"first.{suffix}", tmp_path / "again.mkv"
    assert run("stylize", clip, first, "--look", look, "--size", "32", "--stop", "0.2").exit_code == 0
    told = run("inspect", first).out
    assert "painted with   posterize:levels=2, lineart by Rotoscope" in told
    look.unlink()
    ran = run("stylize", clip, again, "--like", first, "--stop", "0.2")
    assert ran.exit_code == 0, ran.err
    assert next(iter(open_clip(again).frames())).shape[0] == 32


def test_filters_by_name_are_repeated_with_their_options(run: Run, clip: Path, tmp_path: Path) -> None:
    first, again, plain = (tmp_path / name for name in ("first.mkv", "again.mkv", "plain.mkv"))
    options = ("--filter", "posterize:levels=3", "--strength", "0.5", "--colors", "photo")
    assert run("stylize", clip, first, *options, "--codec", "ffv1").exit_code == 0
    assert run("stylize", clip, again, "--like", first, "--codec", "ffv1").exit_code == 0
    assert run("stylize", clip, plain, *options[:2], "--codec", "ffv1").exit_code == 0
    pictures = [next(iter(open_clip(path).frames())).pixels for path in (first, again, plain)]
    assert (pictures[0] == pictures[1]).all()
    assert (pictures[0] != pictures[2]).any()


def frames_of(path: Path) -> list[bytes]:
    return [frame.pixels.tobytes() for frame in open_clip(path).frames()]


def test_the_coherence_of_a_result_is_repeated_unless_another_one_is_said(
    run: Run, clip: Path, tmp_path: Path
) -> None:
    painting = ("--filter", "posterize:levels=3", "--codec", "ffv1")
    like = ("--like", tmp_path / "off.mkv", "--codec", "ffv1")
    assert run("stylize", clip, tmp_path / "off.mkv", *painting, "--coherence", "off").exit_code == 0
    assert run("stylize", clip, tmp_path / "plain.mkv", *painting).exit_code == 0
    assert run("stylize", clip, tmp_path / "again.mkv", *like).exit_code == 0
    assert run("stylize", clip, tmp_path / "steady.mkv", *like, "--coherence", "smooth").exit_code == 0
    off, plain, again, steady = (
        frames_of(tmp_path / f"{name}.mkv") for name in ("off", "plain", "again", "steady")
    )
    assert again == off
    assert steady == plain != off
    assert "coherence off (--like repeats it)" in run("inspect", tmp_path / "again.mkv").out
    assert "coherence smooth (--like repeats it)" in run("inspect", tmp_path / "plain.mkv").out


def test_a_result_that_does_not_say_its_coherence_is_repeated_with_the_usual_one(
    run: Run, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As those were that were made before it was told."""
    painting = ("--filter", "posterize:levels=3", "--codec", "ffv1")

    def told_before(_: Path, recipe: str | None, **__: object) -> dict[str, str]:
        return {RECIPE_KEY: recipe} if recipe else {}

    with monkeypatch.context() as before:
        before.setattr(stylizing, "recipe_tags", told_before)
        assert run("stylize", clip, tmp_path / "old.mkv", *painting, "--coherence", "off").exit_code == 0
    assert "coherence" not in run("inspect", tmp_path / "old.mkv").out
    assert run("stylize", clip, tmp_path / "usual.mkv", *painting).exit_code == 0
    ran = run("stylize", clip, tmp_path / "again.mkv", "--like", tmp_path / "old.mkv", "--codec", "ffv1")
    assert ran.exit_code == 0, ran.err
    assert frames_of(tmp_path / "again.mkv") == frames_of(tmp_path / "usual.mkv")


def test_a_library_is_painted_like_a_result_too(run: Run, clip: Path, tmp_path: Path) -> None:
    library, first = tmp_path / "library", tmp_path / "first.mkv"
    library.mkdir()
    samples.make_clip(library / "other.mkv", frames=4)
    options = ("--filter", "posterize:levels=3", "--coherence", "flow")
    assert run("stylize", clip, first, *options).exit_code == 0
    ran = run("stylize", library, tmp_path / "painted", "--like", first)
    assert ran.exit_code == 0, ran.err
    assert "coherence flow" in run("inspect", tmp_path / "painted" / "other.mkv").out


def test_help_says_which_coherence_is_usual(run: Run) -> None:
    told = " ".join(run("stylize", "--help").out.replace("│", " ").split())
    assert f"default: {RenderOptions().coherence}." in told


@pytest.mark.parametrize("coherence", ["off", "best"])
def test_a_manifest_says_with_which_coherence_frames_were_painted(
    run: Run, clip: Path, tmp_path: Path, coherence: str
) -> None:
    painting = ("--filter", "posterize", "--stop", "0.2")
    assert run("stylize", clip, tmp_path / "frames", *painting, "--coherence", coherence).exit_code == 0
    again = run("stylize", tmp_path / "frames", tmp_path / "twice", "--filter", "lineart")
    assert again.exit_code == 0, again.err
    filters = read_manifest(tmp_path / "twice").filters
    assert [(one.name, one.coherence) for one in filters] == [("posterize", coherence), ("lineart", "smooth")]


def test_what_cannot_be_repeated_is_refused(run: Run, clip: Path, tmp_path: Path) -> None:
    ran = run("stylize", clip, tmp_path / "a.mp4", "--like", clip)
    assert ran.exit_code == 1
    assert "does not say how it was made" in ran.err
    first = tmp_path / "first.mp4"
    grade = tmp_path / "grade.cube"
    corners = "\n".join(f"{r} {g} {b}" for b in (0, 1) for g in (0, 1) for r in (0, 1))
    grade.write_text(f"LUT_3D_SIZE 2\n{corners}\n")
    assert run("stylize", clip, first, "--filter", f"lut:file={grade}").exit_code == 0
    mixed = run("stylize", clip, tmp_path / "a.mp4", "--like", first, "--strength", "0.5")
    assert mixed.exit_code == 2
    grade.write_text(f"LUT_3D_SIZE 2\n{corners.replace('1 1 1', '0.9 1 1')}\n")
    changed = run("stylize", clip, tmp_path / "a.mp4", "--like", first)
    assert changed.exit_code == 1
    assert "was painted with another 'lut:file=" in changed.err
    grade.unlink()
    gone = run("stylize", clip, tmp_path / "a.mp4", "--like", first, "--json")
    assert gone.json["error"]["type"] == "RecipeMismatch"
    assert "which is not at hand" in gone.json["error"]["message"]
    assert not (tmp_path / "a.mp4").exists()
