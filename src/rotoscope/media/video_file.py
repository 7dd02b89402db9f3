"""The file of a video result: its picture stream, and everything of the source beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError
from av.video.stream import VideoStream

from rotoscope.media.copying import StreamCopier, needs_key_value_tags
from rotoscope.media.encoders import SAME_BYTES
from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.output import Clock
from rotoscope.media.spherical import carry_projection
from rotoscope.media.timeline import Timeline
from rotoscope.media.video_plan import VideoPlan, movie_ticks


class VideoFile:
    """Muxes packets of pictures together with what is copied, in step.

    Use: :meth:`start` once the encoder of :attr:`stream` is open, :meth:`mux`, :meth:`finish`.
    """

    def __init__(
        self,
        part: Path,
        plan: VideoPlan,
        timeline: Timeline,
        *,
        source: MediaInfo | None,
        copier: StreamCopier | None,
        metadata: Mapping[str, str],
    ) -> None:
        """Open the file and announce every stream.

        Args:
            part: where it grows.
            plan: how its pictures are encoded.
            timeline: the result's clock.
            source: what the frames came from.
            copier: brings everything else of the source; None: there is nothing.
            metadata: container tags on top of the source's.
        """
        self._part = part
        self._container = plan.container.name
        self._source = source
        self._copier = copier
        self._muxer = av.open(
            str(part),
            "w",
            format=plan.container.name,
            container_options={**SAME_BYTES, **_muxer_options(plan, timeline, source, metadata)},
        )
        try:
            self.stream: VideoStream = plan.announce(self._muxer, tick=timeline.tick)
            if copier is not None:
                copier.add_streams(self._muxer, self.stream, span=plan.span, metadata=metadata)
            else:
                self._muxer.metadata.update(metadata)
        except BaseException:
            self.abandon()
            raise

    def start(self) -> None:
        """Write the header."""
        self._muxer.start_encoding()

    def mux(self, packets: Sequence[av.Packet[Any]]) -> None:
        """Add packets of pictures, and what of the other streams is due by then."""
        for packet in packets:
            if self._copier is not None and packet.dts is not None:
                self._copier.advance(self._muxer, packet.dts * packet.time_base)
            self._muxer.mux(packet)

    def finish(self) -> list[str]:
        """Add the rest of the other streams, and close the file; gives notes on what came along and how."""
        if self._copier is None:
            self._muxer.close()
            return []
        self._copier.finish(self._muxer)
        self._muxer.close()
        return [*self._copier.notes, *self._project()]

    def _project(self) -> list[str]:
        """State a 360° projection in the finished file, or say why not."""
        if self._source is None or self._source.kind is not MediaKind.VIDEO:
            return []
        note = carry_projection(self._source.path, self._part, self._container)
        return [note] if note else []

    def abandon(self) -> None:
        """Close what is unfinished."""
        with contextlib.suppress(FFmpegError, OSError):  # an unfinished file cannot always be finished
            self._muxer.close()


def _muxer_options(
    plan: VideoPlan, timeline: Timeline, source: MediaInfo | None, metadata: Mapping[str, str]
) -> dict[str, str]:
    name = plan.container.name
    if plan.container.clock is Clock.CONSTANT:
        # An encoder's lead-in before 0 would shift AVI's pictures off their ticks.
        return {"avoid_negative_ts": "disabled"} if name == "avi" else {}
    if name not in ("mp4", "mov"):
        return {}
    tags = {**(source.metadata if source else {}), **metadata}
    flags = "+faststart+use_metadata_tags" if needs_key_value_tags(tags) else "+faststart"
    return {
        "movflags": flags,
        "video_track_timescale": str(timeline.tick.denominator),
        "movie_timescale": str(movie_ticks(timeline.tick)),
    }
