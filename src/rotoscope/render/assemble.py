"""Frames to clip: the last step of the rotoscope by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rotoscope.errors import ManifestError
from rotoscope.media.clip import Clip, open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.info import MediaInfo
from rotoscope.media.manifest import Manifest, color_of, identify, read_manifest, verify_files
from rotoscope.media.writer import open_writer
from rotoscope.render.pipeline import paint_frames
from rotoscope.render.planar import FramePainter
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.render.result import RenderResult
from rotoscope.render.separate import UNPAINTED
from rotoscope.render.stylize import DEFAULT_ENCODER, finish


def assemble(
    folder: str | Path,
    output: str | Path,
    *,
    source: str | Path | None = None,
    encoder: EncoderOptions = DEFAULT_ENCODER,
    overwrite: bool = False,
    on_progress: ProgressCallback | None = None,
) -> RenderResult:
    """Make a clip of a folder's frames again, at the times its manifest states.

    Args:
        folder: frames and their manifest, from separate or stylize.
        output: a video or animation.
        source: the clip the frames were separated from: its sound, subtitles, chapters and tags come
            along. None: a file of the source's name beside the folder, where its SHA-256 agrees; else the
            result is silent and a note says so.
        encoder: codec and quality.
        overwrite: replace an output that is there already.
        on_progress: called after every frame.

    Raises:
        ManifestError: frames are missing, or ``source`` is not the clip that the manifest names.
        RotoscopeError: see :mod:`rotoscope.errors`; nothing is left at ``output`` then.
    """
    folder, output = Path(folder), Path(output)
    manifest = read_manifest(folder)
    verify_files(folder, manifest)
    clip = open_clip(folder)
    origin = _origin(folder, manifest, None if source is None else Path(source))
    notes = () if origin else (_silence(manifest),)
    meter = ProgressMeter("assemble", frames_expected=len(manifest.frames), on_progress=on_progress)
    with open_writer(
        output,
        source=_described(clip, manifest),
        options=encoder,
        overwrite=overwrite,
        copy_streams_from=origin,
    ) as writer:
        paint_frames(clip.frames(), FramePainter(UNPAINTED), writer, meter)
        report = writer.close()
    painted = " + ".join(applied.name for applied in manifest.filters) or "unpainted"
    return finish(report, meter, look=painted, notes=(*notes, *report.notes))


def _origin(folder: Path, manifest: Manifest, source: Path | None) -> Path | None:
    """The file whose sound comes along."""
    wanted = manifest.source
    if source is None:
        beside = folder.absolute().parent / wanted.file
        known = beside.is_file() and wanted.sha256 is not None and identify(beside) == wanted
        return beside if known else None
    if wanted.sha256 is not None and identify(source).sha256 != wanted.sha256:
        raise ManifestError(
            f"{source} is not the clip that the frames in {folder} came from: the manifest names "
            f"{wanted.file} with SHA-256 {wanted.sha256[:12]}…. Give that file, or leave --source out for a "
            "result without sound."
        )
    return source


def _silence(manifest: Manifest) -> str:
    return f"without sound: {manifest.source.file} was not found beside the folder; give it with --source"


def _described(clip: Clip, manifest: Manifest) -> MediaInfo:
    """What a writer is told of the source: the stills, with what the manifest knows of the clip."""
    facts = manifest.stream
    video = replace(
        clip.info.video,
        coded_size=facts.coded_size,
        color=color_of(facts),
        rotation_degrees=facts.rotation_degrees,
        is_mirrored=facts.is_mirrored,
        sample_aspect_ratio=facts.sample_aspect_ratio,
        pixel_format=facts.pixel_format,
        average_rate=facts.average_rate,
        is_variable_rate=facts.is_variable_rate,
    )
    return replace(clip.info, video=video)
