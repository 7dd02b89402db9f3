"""Writes frames as a video, with everything else of the source beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from rotoscope.errors import EncodeError
from rotoscope.media.atomic import StagedFile
from rotoscope.media.copying import StreamCopier
from rotoscope.media.encoders import EncoderOptions, codec_for, preset_for
from rotoscope.media.frame import Frame
from rotoscope.media.hardware import require_hardware
from rotoscope.media.info import MediaInfo
from rotoscope.media.output import WriteReport, container_of
from rotoscope.media.picture_encoder import PictureEncoder
from rotoscope.media.timeline import Timeline
from rotoscope.media.video_file import VideoFile
from rotoscope.media.video_plan import Opening, VideoPlan, plan_video
from rotoscope.media.writing import TransactionalWriter


@dataclass(frozen=True, slots=True)
class _Running:
    """What is there from the first frame on."""

    file: VideoFile
    encoder: PictureEncoder
    timeline: Timeline
    plan: VideoPlan


class VideoWriter(TransactionalWriter):
    """One video file; see :class:`rotoscope.media.output.Writer` for what it promises.

    Presentation times, orientation, pixel shape and color tags come back as they were; bit depth and chroma
    as far as the codec has them. What could not be kept is in the report's notes.
    """

    def __init__(
        self,
        output: Path,
        *,
        source: MediaInfo | None,
        options: EncoderOptions,
        overwrite: bool,
        copy_streams_from: Path | None,
        span: tuple[Fraction, Fraction | None] | None,
        metadata: Mapping[str, str],
    ) -> None:
        super().__init__(output)
        self._container = container_of(output)
        self._source = source
        self._options = options
        self._span = span
        self._metadata = dict(metadata)
        codec = codec_for(self._container, options.codec, bit_depth=source.video.bit_depth if source else 8)
        preset_for(codec, options.preset)
        require_hardware(codec)
        self._copier = StreamCopier(copy_streams_from, self._container) if copy_streams_from else None
        try:
            self._staged = StagedFile(output, overwrite=overwrite)
        except EncodeError:
            self._release()
            raise
        self._waiting: Frame | None = None
        self._running: _Running | None = None

    @property
    def written_bytes(self) -> int:
        """See :class:`rotoscope.media.output.Writer`."""
        return self._staged.written_bytes

    def _write(self, frame: Frame) -> None:
        if self._running is not None:
            self._encode(self._running, frame)
        elif self._waiting is None:
            self._waiting = frame  # a constant rate is known only when the second frame comes
        else:
            running = self._begin(self._waiting, frame)
            self._encode(running, self._waiting)
            self._waiting = None
            self._encode(running, frame)

    def _finish(self) -> WriteReport:
        if self._waiting is not None:
            self._encode(self._begin(self._waiting, None), self._waiting)
        if self._running is None:
            raise EncodeError(
                f"{self._output} was not written: no frame was given. Check the span of the clip."
            )
        running = self._running
        running.file.mux(running.encoder.flush())
        copied = running.file.finish()
        moved = running.timeline.note()
        self._release()
        encoding = running.plan.encoding
        return WriteReport(
            self._output,
            running.encoder.frames,
            self._staged.publish(),
            encoding.codec.name,
            (*encoding.notes, *copied, *([moved] if moved else [])),
        )

    def _discard(self) -> None:
        if self._running is not None:
            self._running.file.abandon()
        self._release()
        self._staged.discard()

    def _release(self) -> None:
        if self._copier is not None:
            self._copier.close()

    def _begin(self, first: Frame, second: Frame | None) -> _Running:
        """Open the encoder and the muxer, and announce every stream."""
        plan = plan_video(
            self._container,
            self._options,
            source=self._source,
            opening=Opening.of(first, second),
            span=self._span,
            earliest=self._copier.start_seconds if self._copier else None,
        )
        timeline = plan.timeline()
        file = VideoFile(
            self._staged.part,
            plan,
            timeline,
            source=self._source,
            copier=self._copier,
            metadata=self._metadata,
        )
        try:
            encoder = PictureEncoder(plan, file.stream, timeline, output=self._output)
            file.start()
        except BaseException:
            file.abandon()
            raise
        self._running = _Running(file, encoder, timeline, plan)
        return self._running

    @staticmethod
    def _encode(running: _Running, frame: Frame) -> None:
        running.file.mux(running.encoder.encode(frame))
