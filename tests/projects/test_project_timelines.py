"""A project's timeline as OpenTimelineIO, and back."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from rotoscope.errors import InvalidLook, MissingExtra, OutputExists, ProjectError
from rotoscope.projects.interchange import export_timeline, import_timeline
from rotoscope.projects.painting import Range
from rotoscope.projects.project import Project, init_project

import samples
from project_samples import Paint

otio: Any = pytest.importorskip("opentimelineio")
MIDDLE = Range(Fraction(2, 5), Fraction(3, 5))


@pytest.fixture
def exported(project: Project, paint: Paint, tmp_path: Path) -> Path:
    """posterize, lineart over frames 10 to 14, posterize."""
    paint(project, "posterize")
    paint(project, "lineart", over=MIDDLE)
    export_timeline(project, tmp_path / "manifest.otio")
    return tmp_path / "manifest.otio"


def test_the_timeline_has_the_clip_and_its_looks_over_ranges(exported: Path, clip: Path) -> None:
    timeline = otio.adapters.read_from_file(str(exported))
    clips = list(timeline.find_clips())
    assert [one.name for one in clips] == ["posterize", "lineart", "posterize"]
    assert [one.source_range.start_time.value for one in clips] == [0, 10, 15]
    assert {one.source_range.start_time.rate for one in clips} == {25}
    assert {one.media_reference.target_url for one in clips} == {str(clip)}
    assert clips[1].metadata["rotoscope"]["start_seconds"] == "2/5"
    assert clips[1].metadata["rotoscope"]["text"].startswith("look: 1")
    assert timeline.duration().to_seconds() == pytest.approx(0.8)


def test_what_was_exported_says_nothing_new(project: Project, exported: Path) -> None:
    head = project.repository.head
    assert import_timeline(project, exported) is None
    assert project.repository.head == head


def test_a_cut_that_was_moved_moves_the_look(project: Project, paint: Paint, exported: Path) -> None:
    timeline = otio.adapters.read_from_file(str(exported))
    first, second, _ = timeline.find_clips()
    for one, start, frames in ((first, 0, 8), (second, 8, 7)):
        one.source_range = otio.opentime.TimeRange(
            otio.opentime.RationalTime(start, 25), otio.opentime.RationalTime(frames, 25)
        )
    otio.adapters.write_to_file(timeline, str(exported))
    assert import_timeline(project, exported) is not None
    assert [(one.first, one.stop) for one in project.state.timeline] == [(0, 8), (8, 15), (15, 20)]
    assert paint(project).frames_changed == 2


def test_another_project_of_the_clip_takes_the_looks_with_their_texts(
    project: Project, paint: Paint, exported: Path, clip: Path, tmp_path: Path
) -> None:
    other = init_project(clip, tmp_path / "other")
    import_timeline(other, exported)
    assert other.state.timeline == project.state.timeline
    paint(other)
    assert other.state.frames == project.state.frames


def test_what_is_no_timeline_of_this_clip_is_refused(
    project: Project, exported: Path, tmp_path: Path
) -> None:
    samples.make_clip(tmp_path / "another.mp4", frames=5)
    other = init_project(tmp_path / "another.mp4", tmp_path / "other")
    with pytest.raises(ProjectError, match=r"is a timeline of another clip: clip\.mp4"):
        import_timeline(other, exported)
    (tmp_path / "x.otio").write_text("no timeline")
    with pytest.raises(ProjectError, match=r"x\.otio cannot be read as a timeline"):
        import_timeline(project, tmp_path / "x.otio")
    empty = otio.schema.Timeline(name="empty")
    otio.adapters.write_to_file(empty, str(tmp_path / "empty.otio"))
    with pytest.raises(ProjectError, match=r"no clip with a look of Rotoscope.*project export --otio"):
        import_timeline(project, tmp_path / "empty.otio")
    with pytest.raises(OutputExists, match="exists already"):
        export_timeline(project, exported)


def test_a_look_that_is_not_in_order_is_refused(project: Project, exported: Path) -> None:
    head = project.repository.head
    exported.write_text(exported.read_text().replace("look: 1", "look: 9"))
    with pytest.raises(InvalidLook):
        import_timeline(project, exported)
    exported.write_text(exported.read_text().replace("looks/lineart.yaml", "../lineart.yaml"))
    with pytest.raises((ProjectError, InvalidLook)):
        import_timeline(project, exported)
    assert project.repository.head == head


def _finds_nothing(_name: str) -> None:
    """As if no package were installed."""


def test_without_the_extra_it_is_said_how_to_get_it(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rotoscope.projects.interchange.find_spec", _finds_nothing)
    with pytest.raises(MissingExtra, match=r'pip install "rotoscope\[otio\]"'):
        export_timeline(project, tmp_path / "x.otio")
