"""Stills say how they were made: it is shown, repeated, signed, and left out where nobody wants it."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import c2pa  # pyright: ignore[reportMissingTypeStubs]
import pytest
from PIL import Image

from rotoscope.media.clip import open_clip
from rotoscope.media.stills import read_still, read_xmp

import samples
from certificates import make_signing
from command import Run

POSTER = ("--filter", "posterize:levels=3", "--strength", "0.5")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "bay.png"
    Image.fromarray(samples.picture(4)).save(path)
    return path


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_a_still_says_how_it_was_made_and_it_is_done_again(
    run: Run, photo: Path, tmp_path: Path, suffix: str
) -> None:
    first, again, direct = tmp_path / f"first.{suffix}", tmp_path / "again.png", tmp_path / "direct.png"
    assert run("stylize", photo, first, *POSTER).exit_code == 0
    told = run("inspect", first).out
    assert "painted with   posterize:levels=3 by Rotoscope" in told
    assert "process: algorithmically painted" in told
    assert "digital source type: algorithmicallyEnhanced" in told
    assert f"source sha256: {sha256(photo.read_bytes()).hexdigest()}" in told
    ran = run("stylize", photo, again, "--like", first)
    assert ran.exit_code == 0, ran.err
    assert run("stylize", photo, direct, *POSTER).exit_code == 0
    assert (read_still(again).pixels == read_still(direct).pixels).all()


def test_a_bundled_filter_names_its_style_image(run: Run, photo: Path, tmp_path: Path) -> None:
    assert run("stylize", photo, tmp_path / "wave.jpg", "--filter", "great-wave").exit_code == 0
    told = run("inspect", tmp_path / "wave.jpg").out
    assert "great-wave (The Great Wave off Kanagawa by Katsushika Hokusai, c. 1831, public domain)" in told
    assert "digital source type: compositeWithTrainedAlgorithmicMedia" in told


def test_the_same_painting_is_the_same_bytes(run: Run, photo: Path, tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        assert run("stylize", photo, tmp_path / name, *POSTER).exit_code == 0
    assert (tmp_path / "a.jpg").read_bytes() == (tmp_path / "b.jpg").read_bytes()


def test_it_can_be_left_out_and_then_cannot_be_repeated(run: Run, photo: Path, tmp_path: Path) -> None:
    silent = tmp_path / "silent.jpg"
    assert run("stylize", photo, silent, *POSTER, "--no-provenance").exit_code == 0
    assert read_xmp(silent) is None
    assert "painted with" not in run("inspect", silent).out
    ran = run("stylize", photo, tmp_path / "x.jpg", "--like", silent)
    assert "does not say how it was made. Results named .apng, .gif, .jpeg, .jpg, .m4v" in ran.err


def test_what_is_not_painted_claims_nothing(run: Run, photo: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.jpg"
    assert run("stylize", photo, plain, "--filter", "lineart", "--strength", "0").exit_code == 0
    assert read_xmp(plain) is None


def test_a_preview_of_a_clip_tells_its_moment(run: Run, tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4")
    ran = run("stylize", clip, tmp_path / "one.png", *POSTER, "--preview", "0.2")
    assert ran.exit_code == 0, ran.err
    told = run("inspect", tmp_path / "one.png").out
    assert "source: clip.mp4" in told
    assert "source seconds: 0.2" in told


@pytest.mark.parametrize("suffix", ["gif", "webp", "apng"])
def test_an_animated_picture_says_how_it_was_made_and_it_is_done_again(
    run: Run, tmp_path: Path, suffix: str
) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4")
    silent, first = tmp_path / f"silent.{suffix}", tmp_path / f"first.{suffix}"
    choice = (*POSTER, "--coherence", "flow", "--width", "64")
    assert run("stylize", clip, silent, *choice, "--no-provenance").exit_code == 0
    assert run("stylize", clip, first, *choice).exit_code == 0
    told = run("inspect", first).out
    assert "painted with   posterize:levels=3 by Rotoscope" in told
    assert "coherence flow (--like repeats it)" in told
    assert f"source sha256: {sha256(clip.read_bytes()).hexdigest()}" in told
    assert "painted with" not in run("inspect", silent).out
    frames = [open_clip(path).frames() for path in (silent, first)]
    for one, other in zip(*frames, strict=True):
        assert (one.pts, one.duration) == (other.pts, other.duration)
        assert (one.pixels == other.pixels).all()
    again = tmp_path / f"again.{suffix}"
    ran = run("stylize", clip, again, "--like", first, "--width", "64")
    assert ran.exit_code == 0, ran.err
    assert again.read_bytes() == first.read_bytes()


def test_a_loop_says_how_its_clip_was_painted(run: Run, tmp_path: Path) -> None:
    clip, painted, loop = samples.make_clip(tmp_path / "clip.mp4"), tmp_path / "p.mp4", tmp_path / "loop.gif"
    assert run("stylize", clip, painted, *POSTER).exit_code == 0
    ran = run("share", "loop", painted, loop, "--seconds", "0.3")
    assert ran.exit_code == 0, ran.err
    told = run("inspect", loop).out
    assert "painted with   posterize:levels=3 by Rotoscope" in told
    assert "source: p.mp4" in told


def test_every_photograph_of_a_folder_says_it(run: Run, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    photo.rename(tmp_path / "photos" / "bay.png")
    assert run("stylize", tmp_path / "photos", tmp_path / "painted", *POSTER).exit_code == 0
    assert "source: bay.png" in run("inspect", tmp_path / "painted" / "bay.png").out


def test_stills_are_signed(run: Run, photo: Path, tmp_path: Path) -> None:
    signing = make_signing(tmp_path)
    signed = tmp_path / "signed.jpg"
    how = ("--credentials", signing.certificates, "--key", signing.key)
    ran = run("stylize", photo, signed, *POSTER, *how)
    assert ran.exit_code == 0, ran.err
    with c2pa.Reader(str(signed)) as reader:
        assert reader.get_validation_state() == "Valid"
        told = json.loads(reader.json())
    assert told["manifests"][told["active_manifest"]]["title"] == "signed.jpg"
    told = run("inspect", signed).out
    assert "painted with" in told
    assert "signed by      Painter, Valid\n" in told
    assert "signed by" not in run("inspect", photo).out


def test_credentials_that_would_do_nothing_are_refused(run: Run, photo: Path, tmp_path: Path) -> None:
    signing = make_signing(tmp_path)
    how = ("--credentials", signing.certificates, "--key", signing.key)
    alone = run("stylize", photo, tmp_path / "x.jpg", *POSTER, *how[:2])
    assert "--credentials and --key go together" in " ".join(alone.err.replace("│", "").split())
    silent = run("stylize", photo, tmp_path / "x.jpg", *POSTER, *how, "--no-provenance")
    assert "--no-provenance was given with --credentials" in " ".join(silent.err.replace("│", "").split())
    clip = samples.make_clip(tmp_path / "clip.mp4")
    video = run("stylize", clip, tmp_path / "x.mp4", *POSTER, *how)
    assert "--credentials are for stills" in video.err
    assert not list(tmp_path.glob("x.*"))


def test_a_key_that_is_none_leaves_nothing_behind(run: Run, photo: Path, tmp_path: Path) -> None:
    signing = make_signing(tmp_path)
    how = ("--credentials", signing.certificates, "--key", signing.certificates)
    ran = run("stylize", photo, tmp_path / "x.jpg", *POSTER, *how)
    assert ran.exit_code == 1
    assert "holds no key that can be read" in ran.err
    assert not (tmp_path / "x.jpg").exists()
