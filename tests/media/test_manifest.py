"""The manifest: exact, strict, and true of the files beside it."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import ValidationError

from rotoscope.errors import ManifestError
from rotoscope.media.info import ColorTags
from rotoscope.media.manifest import (
    MANIFEST_NAME,
    AppliedFilter,
    FrameEntry,
    Manifest,
    color_of,
    file_sha256,
    identify,
    read_manifest,
    stream_facts,
    verify_files,
    write_manifest,
)
from rotoscope.media.probe import inspect_media

from samples import make_clip, make_stills, make_ten_bit


def make_folder(folder: Path) -> Manifest:
    """Three separated frames of an NTSC clip; the manifest is written too."""
    make_stills(folder, frames=3)
    clip = make_clip(folder.parent / "clip.mp4", rate=Fraction(30000, 1001), frames=3, rotation=90)
    entries = [
        FrameEntry(
            index=i,
            pts=1001 * i,
            duration=1001,
            file=f"{i:04d}.png",
            sha256=file_sha256(folder / f"{i:04d}.png"),
        )
        for i in range(3)
    ]
    manifest = Manifest(
        source=identify(clip),
        stream=stream_facts(inspect_media(clip), time_base=Fraction(1, 30000)),
        frames=tuple(entries),
    )
    write_manifest(folder, manifest)
    return manifest


def test_what_is_written_is_read(tmp_path: Path) -> None:
    manifest = make_folder(tmp_path / "frames")
    assert read_manifest(tmp_path / "frames") == manifest
    painted = manifest.model_copy(
        update={"filters": (AppliedFilter(name="great-wave", digest="ab", strength=0.5),)}
    )
    write_manifest(tmp_path / "frames", painted)
    assert read_manifest(tmp_path / "frames") == painted
    place = tmp_path / "frames" / MANIFEST_NAME
    before = json.loads(place.read_text())
    del before["filters"][0]["coherence"]  # manifests did not tell it from the beginning
    place.write_text(json.dumps(before))
    assert read_manifest(tmp_path / "frames") == painted
    assert sorted(path.name for path in (tmp_path / "frames").iterdir()) == [
        "0000.png", "0001.png", "0002.png", MANIFEST_NAME,
    ]  # fmt: skip


def test_numbers_are_exact_in_the_file(tmp_path: Path) -> None:
    make_folder(tmp_path / "frames")
    content = json.loads((tmp_path / "frames" / MANIFEST_NAME).read_text())
    assert content["schema_version"] == 1
    stream = content["stream"]
    assert (stream["time_base"], stream["average_rate"]) == ("1/30000", "30000/1001")
    assert stream["duration_seconds"] == "1001/10000"
    assert (stream["rotation_degrees"], stream["frame_size"], stream["coded_size"]) == (
        90,
        [48, 64],
        [64, 48],
    )
    assert content["source"]["file"] == "clip.mp4"
    assert content["frames"][1] == {
        "index": 1,
        "pts": 1001,
        "duration": 1001,
        "file": "0001.png",
        "sha256": hashlib.sha256((tmp_path / "frames" / "0001.png").read_bytes()).hexdigest(),
    }


def test_color_tags_go_there_and_back(tmp_path: Path) -> None:
    info = inspect_media(make_ten_bit(tmp_path / "clip.mp4", frames=2))
    facts = stream_facts(info, time_base=Fraction(1, 25))
    assert color_of(facts) == info.video.color == ColorTags("bt2020", "arib-std-b67", "bt2020nc", "tv")


def test_a_folder_is_a_source_without_a_hash(tmp_path: Path) -> None:
    source = identify(make_stills(tmp_path / "frames"))
    assert (source.file, source.sha256) == ("frames", None)


def test_files_are_verified(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    manifest = make_folder(folder)
    verify_files(folder, manifest, hashes=True)
    (folder / "0001.png").write_bytes(b"other")
    verify_files(folder, manifest)
    with pytest.raises(
        ManifestError, match=r"1 of the 3 frames in .* differ from their manifest \(0001.png\)"
    ):
        verify_files(folder, manifest, hashes=True)
    (folder / "0001.png").unlink()
    with pytest.raises(ManifestError, match=r"lacks 1 of the 3 frames of its manifest: 0001.png\."):
        verify_files(folder, manifest)


def test_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"has no manifest.json. Make one with `rotoscope separate`"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema_version": 2}, "not a manifest of version 1: at schema_version"),
        ({"extra": 1}, "at extra: Extra inputs are not permitted"),
        ({"stream": None}, "at stream"),
        ({"frames": [{"index": 0, "pts": 0, "file": "../a.png", "sha256": "0" * 64}]}, "leaves the folder"),
        ({"frames": [{"index": 0, "pts": 0, "file": "/a.png", "sha256": "0" * 64}]}, "leaves the folder"),
        ({"frames": [{"index": 0, "pts": 0, "file": "a.png", "sha256": "xyz"}]}, "at frames.0.sha256"),
        ({"frames": [{"index": 1, "pts": 0, "file": "a.png", "sha256": "0" * 64}]}, "indices start at 0"),
    ],
)
def test_a_broken_manifest_names_its_first_fault(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    make_folder(tmp_path / "frames")
    path = tmp_path / "frames" / MANIFEST_NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ManifestError, match=words):
        read_manifest(tmp_path / "frames")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("time_base", 0.04, "write fractions as strings"),
        ("time_base", "1/0", "is not a fraction such as 1001/30000"),
        ("rotation_degrees", 45, "at stream.rotation_degrees"),
    ],
)
def test_broken_stream_facts(tmp_path: Path, field: str, value: object, words: str) -> None:
    make_folder(tmp_path / "frames")
    path = tmp_path / "frames" / MANIFEST_NAME
    content = json.loads(path.read_text())
    content["stream"][field] = value
    path.write_text(json.dumps(content))
    with pytest.raises(ManifestError, match=words):
        read_manifest(tmp_path / "frames")


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00\xff"])
def test_what_is_no_json(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST_NAME).write_bytes(text.encode("latin-1"))
    with pytest.raises(ManifestError, match="not a manifest of version 1"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [{"index": 2}, {"pts": 0}, {"file": "0000.png"}],
    ids=["a gap", "no progress", "one file twice"],
)
def test_frames_are_in_order(tmp_path: Path, changes: dict[str, object]) -> None:
    manifest = make_folder(tmp_path / "frames")
    first, second, _ = manifest.frames
    with pytest.raises(ValidationError, match=r"not in order|named by two frames"):
        Manifest(
            source=manifest.source, stream=manifest.stream, frames=(first, second.model_copy(update=changes))
        )


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    manifest = make_folder(tmp_path / "frames")
    with pytest.raises(ManifestError, match="cannot be written"):
        write_manifest(tmp_path / "missing", manifest)
