"""A folder of photographs painted one by one: each keeps its name, size, format and tags.

A folder of frames (one with a manifest) is a clip; a folder without is taken for photographs where the
result is a folder too.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from rotoscope.errors import EncodeError, InvalidOptions, OutputExists
from rotoscope.machine import cpu_seconds
from rotoscope.media.atomic import StagedFolder
from rotoscope.media.clip import open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.manifest import MANIFEST_NAME
from rotoscope.media.output import STILL_SUFFIXES, OutputKind, is_pattern, output_kind
from rotoscope.media.selection import WHOLE_CLIP, Selection
from rotoscope.media.sequence import find_stills
from rotoscope.media.writer import open_writer
from rotoscope.render.any_look import AnyLook
from rotoscope.render.grading import grade
from rotoscope.render.library import VIDEO_SUFFIXES
from rotoscope.render.options import DEFAULT_OPTIONS, RenderOptions
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.render.provenance import provenance_of
from rotoscope.render.result import RenderResult
from rotoscope.render.views import paint_through


def are_photographs(source: Path, output: Path, selection: Selection) -> bool:
    """Whether a folder is to be painted picture by picture rather than as a clip."""
    is_plain_folder = source.is_dir() and not (source / MANIFEST_NAME).exists()
    to_folder = not is_pattern(output) and output_kind(output) is OutputKind.STILLS
    return is_plain_folder and to_folder and selection == WHOLE_CLIP


def refuse_library(source: Path, output: Path) -> None:
    """Refuse to take a folder for the frames of one clip that holds videos beside its pictures.

    Raises:
        InvalidOptions: it does.
    """
    if not source.is_dir() or (source / MANIFEST_NAME).exists():
        return
    videos = sorted(path.name for path in source.iterdir() if path.suffix.lower() in VIDEO_SUFFIXES)
    if videos:
        raise InvalidOptions(
            f"{source} holds videos such as {videos[0]}, so its pictures are no frames of one clip, and "
            f"{output} cannot be made of it. To paint everything in it, give a folder for the results, and "
            "leave --start, --stop, --every, --fps and --preview out."
        )


def stylize_photographs(
    source: Path,
    folder: Path,
    look: AnyLook,
    *,
    encoder: EncoderOptions,
    overwrite: bool,
    options: RenderOptions = DEFAULT_OPTIONS,
    on_progress: ProgressCallback | None,
) -> RenderResult:
    """Paint every photograph of a folder into another folder.

    Args:
        source: a folder; sizes and formats may differ from picture to picture.
        folder: made if missing; the paintings have the photographs' names. Formats that are read but not
            written become PNG.
        look: what to paint.
        encoder: quality of lossy pictures.
        overwrite: replace pictures of the same names.
        options: whether they say how they were made, and what that is signed with.
        on_progress: called after every picture.

    Raises:
        OutputExists: there is a picture of one of the names, and ``overwrite`` is not given.
        RotoscopeError: see :mod:`rotoscope.errors`; nothing is left behind then.
    """
    began = cpu_seconds()
    names = _names(find_stills(source).files)
    _refuse(source, folder, list(names.values()), overwrite=overwrite)
    meter = ProgressMeter("stylize", frames_expected=len(names), on_progress=on_progress)
    staged = StagedFolder(folder)
    notes: dict[str, None] = {}
    frame_size = (0, 0)
    try:
        for photograph, name in names.items():
            frame, told = _paint(photograph, staged.part / name, look, encoder, options)
            frame_size = (frame.shape[1], frame.shape[0])
            notes |= dict.fromkeys(f"{name}: {note}" for note in told)
            meter.advance(frame_size)
        size = staged.publish(list(names.values()), replaced=[], overwrite=overwrite)
    except BaseException:
        staged.discard()
        raise
    return RenderResult(
        output=folder,
        frames=meter.frames_done,
        frame_size=frame_size,
        size_bytes=size,
        elapsed_seconds=meter.elapsed_seconds,
        codec="stills",
        look=look.description,
        notes=tuple(notes),
        cpu_seconds=cpu_seconds() - began,
    )


def _paint(
    photograph: Path, output: Path, look: AnyLook, encoder: EncoderOptions, options: RenderOptions
) -> tuple[Frame, tuple[str, ...]]:
    clip = open_clip(photograph)
    provenance = provenance_of(look, photograph) if options.provenance else None
    writer = open_writer(
        output,
        source=clip.info,
        options=encoder,
        provenance=provenance,
        credentials=options.credentials,
    )
    with writer, closing(clip.frames()) as frames:
        frame = next(frames)
        view = grade(clip.info, output, encoder=encoder).view
        painted = frame.with_pixels(paint_through(view, look.prepared(clip), frame.pixels))
        writer.write(painted)
        return painted, writer.close().notes


def _names(photographs: tuple[Path, ...]) -> dict[Path, str]:
    """Photograph to the name of its painting; two of one name get their suffixes into it."""
    names: dict[Path, str] = {}
    for path in photographs:
        name = path.name if path.suffix.lower() in STILL_SUFFIXES else f"{path.stem}.png"
        if name in names.values():
            name = f"{path.stem}-{path.suffix.lstrip('.')}.png"
        names[path] = name
    return names


def _refuse(source: Path, folder: Path, names: list[str], *, overwrite: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise EncodeError(
            f"{folder} is a file, and a folder of pictures is to be written. Give another name."
        )
    if folder.is_dir() and folder.samefile(source):
        raise EncodeError(f"{folder} is the source itself, which is never written over. Give another one.")
    there = [name for name in names if (folder / name).exists()]
    if there and not overwrite:
        raise OutputExists(
            f"{folder} holds {len(there)} pictures of the same names already, such as {there[0]}. Give "
            "another folder, or --overwrite to replace them."
        )
