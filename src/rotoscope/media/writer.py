"""One function opens a writer for any result, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path
from types import MappingProxyType

from rotoscope.media.animation_writer import GifWriter, WebpWriter
from rotoscope.media.apng_writer import ApngWriter
from rotoscope.media.atomic import refuse_existing, refuse_source
from rotoscope.media.credentials import Credentials
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.output import OutputKind, Writer, WriteReport, output_kind
from rotoscope.media.provenance import Provenance
from rotoscope.media.stills_writer import StillsWriter, StillWriter
from rotoscope.media.video_writer import VideoWriter

__all__ = ["WriteReport", "Writer", "open_writer"]

_NO_TAGS: Mapping[str, str] = MappingProxyType({})
_PLAIN = EncoderOptions()


def open_writer(
    output: Path,
    *,
    source: MediaInfo | None,
    options: EncoderOptions = _PLAIN,
    overwrite: bool = False,
    copy_streams_from: Path | None = None,
    span: tuple[Fraction, Fraction | None] | None = None,
    metadata: Mapping[str, str] = _NO_TAGS,
    provenance: Provenance | None = None,
    credentials: Credentials | None = None,
) -> Writer:
    """Open a writer for a result of that name; see :func:`rotoscope.media.output.output_kind`.

    Everything that can be refused without a frame is refused here, before any work.

    Args:
        output: Where the result goes. Missing folders are made for numbered stills only.
        source: What the frames came from, for orientation, pixel shape, color tags, bit depth and chroma;
            None: upright 8-bit sRGB frames with square pixels.
        options: How it is encoded.
        overwrite: Whether an earlier result is replaced. A source never is.
        copy_streams_from: The file whose sound, subtitles, chapters, cover art and tags come along, if any.
        span: (start, stop) in seconds from the clip's first frame, half open, that what is copied is cut to.
            None: the whole clip. A stop of None: to the end.
        metadata: Container tags on top of the source's.
        provenance: What a still or an animated picture says on how it was painted; None: nothing.
        credentials: What a still is signed with, where it says that; None: it is not signed.

    Raises:
        UnsupportedMedia: no writer goes by that name, or the codec does not go with it.
        OutputExists: it is there, and must not be replaced.
        EncodeError: it would replace its source, its folder is missing or cannot be written to.
        OpenError: ``copy_streams_from`` cannot be opened.
    """
    moving = source is None or source.kind is not MediaKind.STILL
    kind = output_kind(output, moving)
    refuse_source(output, source.path if source else None, copy_streams_from)
    if kind is not OutputKind.STILLS:
        refuse_existing(output, overwrite=overwrite)
    if kind is OutputKind.VIDEO:
        return VideoWriter(
            output,
            source=source,
            options=options,
            overwrite=overwrite,
            copy_streams_from=copy_streams_from,
            span=span,
            metadata=metadata,
        )
    if kind is OutputKind.STILLS:
        return StillsWriter(output, options=options, overwrite=overwrite)
    still = partial(StillWriter, credentials=credentials)
    animations = {OutputKind.GIF: GifWriter, OutputKind.WEBP: WebpWriter, OutputKind.APNG: ApngWriter}
    return animations.get(kind, still)(
        output, source=source, options=options, overwrite=overwrite, provenance=provenance
    )
