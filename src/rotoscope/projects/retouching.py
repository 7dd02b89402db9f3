"""A frame that a person painted over: it is shown in place of the painted one."""

from __future__ import annotations

from pathlib import Path

from rotoscope.errors import ProjectError, ProjectNotFound
from rotoscope.media.still_codecs import StillTags, encode_still
from rotoscope.media.stills import read_still
from rotoscope.projects.alone import by_oneself
from rotoscope.projects.project import Project
from rotoscope.projects.records import OVERRIDES, shards_of
from rotoscope.render.segments.frame_log import pixels_sha256


@by_oneself
def override_frame(project: Project, index: int, still: Path | None) -> str:
    """Show a retouched still at a frame from the next painting on; None takes it back. Gives the commit's id.

    Args:
        project: whose frame.
        index: which, counted from 0.
        still: a picture of the painted frames' size; kept as PNG under the SHA-256 of its pixels.

    Raises:
        ProjectNotFound: no such frame, or no override to take back.
        ProjectError: the still has not the clip's shape.
        OpenError, DecodeError: it cannot be read.
    """
    state = project.state
    frames = list(state.frames)
    if not 0 <= index < len(frames):
        raise ProjectNotFound(
            f"There is no frame {index}: {state.manifest.source.file} has {len(frames)}, counted from 0 to "
            f"{len(frames) - 1}."
        )
    frame = frames[index]
    files: dict[str, bytes | None] = {}
    sha256: str | None = None
    if still is not None:
        sha256, content = _kept(project, still)
        files[_name(sha256)] = content
        title = f"Retouch {state.told_range(index, index + 1)} with {still.name}"
    elif frame.override is None:
        raise ProjectNotFound(f"Frame {index} was not retouched, so there is nothing to take back.")
    else:
        title = f"Take back the retouching of {state.told_range(index, index + 1)}"
    frames[index] = frame.model_copy(update={"override": sha256})
    if frame.override and not any(one.override == frame.override for one in frames):
        files[_name(frame.override)] = None
    return project.commit(title + "\n", {**files, **shards_of(frames, state.manifest.shards)})


def _kept(project: Project, still: Path) -> tuple[str, bytes]:
    """SHA-256 of a still's pixels, and the PNG they are kept in."""
    pixels = read_still(still).pixels[..., :3].copy()
    height, width = pixels.shape[:2]
    stream = project.state.manifest.stream
    clip_width, clip_height = stream.frame_size
    if abs(width * clip_height - height * clip_width) > max(width, height, clip_width, clip_height):
        raise ProjectError(
            f"{still} is {width}x{height}, and the clip's frames are {clip_width}x{clip_height}. Give a "
            "still of the painted frames' size, e.g. one that `paint --with-frames` wrote, retouched."
        )
    return pixels_sha256(pixels), encode_still(pixels, ".png", quality=100, tags=StillTags()).content


def _name(sha256: str) -> str:
    return f"{OVERRIDES}/{sha256}.png"
