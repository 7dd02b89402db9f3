"""The files of a project: canonical JSON in shards, by a published schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from rotoscope.errors import ManifestError, ProjectError
from rotoscope.media.clip import open_clip
from rotoscope.media.manifest import Manifest, ShardedManifest, Shards, read_manifest
from rotoscope.projects.project import Project, init_project
from rotoscope.projects.records import (
    FrameRecord,
    LookSpan,
    project_schema,
    read_lines,
    shards_of,
    to_line,
)
from rotoscope.render.segments.frame_log import pixels_sha256

from command import Run

SCHEMA = Path(__file__).parents[2] / "docs" / "project.schema.json"


def records(count: int) -> list[FrameRecord]:
    return [FrameRecord(index=index, pts=3 * index, source="0" * 64) for index in range(count)]


def test_the_published_schema_is_that_of_the_classes() -> None:
    # After a change: python -c "import json; from rotoscope.projects.records import project_schema;
    #   print(json.dumps(project_schema(), indent=2))" > docs/project.schema.json
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json.loads(json.dumps(project_schema()))


def test_a_record_is_one_line_with_sorted_keys() -> None:
    line = to_line(records(1)[0])
    assert "\n" not in line
    assert list(json.loads(line)) == sorted(json.loads(line))


def test_frames_lie_in_shards_of_a_fixed_size_and_come_back() -> None:
    shards = Shards(frames=7, frames_per_shard=3)
    files = shards_of(records(7), shards)
    assert list(files) == ["frames/000000.jsonl", "frames/000001.jsonl", "frames/000002.jsonl"]
    assert [content.count(b"\n") for content in files.values()] == [3, 3, 1]
    back = [one for name, content in files.items() for one in read_lines(FrameRecord, content, name=name)]
    assert back == records(7)


def test_a_changed_frame_changes_one_line_of_one_shard() -> None:
    shards = Shards(frames=7, frames_per_shard=3)
    changed = records(7)
    changed[4] = changed[4].model_copy(update={"override": "f" * 64})
    before, after = shards_of(records(7), shards), shards_of(changed, shards)
    assert [name for name in before if before[name] != after[name]] == ["frames/000001.jsonl"]
    lines = zip(
        before["frames/000001.jsonl"].splitlines(), after["frames/000001.jsonl"].splitlines(), strict=True
    )
    assert [old == new for old, new in lines] == [True, False, True]


def test_a_broken_line_is_named_with_what_to_do() -> None:
    with pytest.raises(ProjectError, match=r"frames/000000.jsonl, line 2 .*at pts.*project restore HEAD"):
        read_lines(
            FrameRecord,
            b'{"index":0,"pts":0,"source":"%s"}\n{"index":1,"source":"%s"}\n' % (b"0" * 64, b"0" * 64),
            name="frames/000000.jsonl",
        )


def test_a_look_outside_the_project_is_refused() -> None:
    for look in ("../x.yaml", "/etc/x.yaml", "looks/../../x.yaml", "looks/x"):
        with pytest.raises(ValidationError):
            LookSpan.model_validate({"first": 0, "stop": 1, "look": look, "coherence": "off"})


def test_a_project_begins_with_exact_times_and_hashes_of_decoded_pixels(project: Project, clip: Path) -> None:
    frames = list(open_clip(clip).frames())
    state = project.state
    assert [one.pts for one in state.frames] == [frame.pts for frame in frames]
    assert [one.source for one in state.frames] == [pixels_sha256(frame.pixels) for frame in frames]
    assert state.manifest.source.file == "clip.mp4"
    assert state.manifest.stream.time_base == frames[0].time_base
    text = (project.folder / "manifest.json").read_text()
    assert text.endswith("}\n")
    assert json.loads(text)["stream"]["average_rate"] == "25"


def test_the_manifest_of_separated_frames_is_carried_on(run: Run, clip: Path, tmp_path: Path) -> None:
    assert run("separate", clip, tmp_path / "frames").exit_code == 0
    separated = read_manifest(tmp_path / "frames")
    project = init_project(tmp_path / "frames", tmp_path / "of-frames")
    manifest = project.state.manifest
    assert (manifest.source, manifest.stream) == (separated.source, separated.stream)
    assert [one.pts for one in project.state.frames] == [entry.pts for entry in separated.frames]


def test_manifests_of_both_versions_are_told_apart(project: Project) -> None:
    content = (project.folder / "manifest.json").read_bytes()
    assert TypeAdapter(Manifest | ShardedManifest).validate_json(content) == project.state.manifest
    with pytest.raises(ManifestError, match="not a manifest of version 1"):
        read_manifest(project.folder)


def test_a_folder_that_holds_something_is_left_alone(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note.txt").write_text("mine")
    with pytest.raises(ProjectError, match="exists already and is not empty"):
        init_project(clip, tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["note.txt"]
