"""What a render will take, found by painting a few frames of this source with this look."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from rotoscope.economics.estimates import Estimate, Sample, extrapolated, standard_error
from rotoscope.media.clip import Clip, open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.info import MediaKind
from rotoscope.media.selection import WHOLE_CLIP, Selection
from rotoscope.render.any_look import AnyLook
from rotoscope.render.options import DEFAULT_OPTIONS, RenderOptions
from rotoscope.render.progress import Progress, ProgressCallback
from rotoscope.render.result import RenderResult, video_seconds
from rotoscope.render.segments.store import SegmentStore
from rotoscope.render.stylize import DEFAULT_ENCODER, stylize

_FIRST: Final = 10
"""Frames painted first: enough that whatever is made ready once is ready."""
_SHORT: Final = 2
"""Frames of the short one of a pair of samples: what differs from the long one is frames and nothing else."""
_PLACES: Final = 4
"""Where in a clip samples are taken, at first."""
_MOST_PLACES: Final = 7
_GOOD_SHARE: Final = 0.08
"""With so small an error of the mean no more places are looked at."""
_FEWEST, _MOST = 8, 48
"""Frames by which a long sample is longer than a short one."""
_SAMPLE_SECONDS: Final = 0.6
"""Of processor time that the additional frames of a sample should take."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a render will take."""

    source: Path
    frames: int
    """Pictures that the result will have."""
    video_seconds: Fraction
    """How long it will last, of what moves; 0 for stills."""
    pictures: int
    """Those of ``frames`` that are no part of what moves."""
    sampled_frames: int
    """Pictures that were painted to know."""
    cpu_seconds: Estimate
    """Processor time, as :attr:`~rotoscope.render.result.RenderResult.cpu_seconds` will say it."""
    elapsed_seconds: float
    """Time on the clock, as busy as the machine is now."""
    look: str
    notes: tuple[str, ...] = ()


def measure_render(
    source: str | Path,
    output: str | Path,
    look: AnyLook,
    *,
    selection: Selection = WHOLE_CLIP,
    encoder: EncoderOptions = DEFAULT_ENCODER,
    options: RenderOptions = DEFAULT_OPTIONS,
    on_progress: ProgressCallback | None = None,
) -> Measured:
    """Paint samples as :func:`rotoscope.render.stylize.stylize` would paint all, and say what all will take.

    The first frames show what beginning takes. Pairs of a short and a long sample from places all over the
    clip show what a frame takes: their difference is frames and nothing else. A short clip and a still are
    painted whole. Nothing is left behind.

    Args:
        source: a video, an animation, a still, or a folder of stills.
        output: the name that the result would have; nothing is written there.
        look: what would be painted.
        selection: which part, and at what rate.
        encoder: codec and quality.
        options: how the source would be read and rendered; finished segments are not looked at.
        on_progress: called after every sampled frame.

    Raises:
        RotoscopeError: what painting would raise.
    """
    clip = open_clip(
        source, selection=selection, on_truncated=options.on_truncated, on_corrupt=options.on_corrupt
    )
    with tempfile.TemporaryDirectory(prefix="rotoscope-quote-") as folder:
        sampler = _Sampler(clip, Path(folder), Path(output), look, encoder, options, on_progress)
        if clip.expected_frames <= _FIRST + _PLACES * (2 * _SHORT + _FEWEST):
            return _whole(sampler)
        return _sampled(sampler)


def _whole(sampler: _Sampler) -> Measured:
    clip = sampler.clip
    result = sampler.paint(0, clip.expected_frames)
    estimate = extrapolated(0.0, [Sample(result.frames, result.cpu_seconds)], clip.expected_frames)
    return sampler.told(estimate, result.elapsed_seconds)


def _sampled(sampler: _Sampler) -> Measured:
    frames = sampler.clip.expected_frames
    first = sampler.paint(0, _FIRST)
    more = _FEWEST
    samples: list[Sample] = []
    elapsed: list[float] = []
    for number, place in enumerate(_places(_MOST_PLACES)):
        long = _SHORT + more
        if number >= _PLACES and (_is_sure(samples) or sampler.painted + _SHORT + long > frames / 2):
            break
        at = round(place * (frames - long))
        short = sampler.paint(at, at + _SHORT)
        longer = sampler.paint(at, at + long)
        extra = longer.frames - short.frames
        if extra < 1:
            continue
        samples.append(Sample(extra, max(0.0, longer.cpu_seconds - short.cpu_seconds)))
        elapsed.append(max(0.0, longer.elapsed_seconds - short.elapsed_seconds) / extra)
        if number == 0:
            more = _longer(samples[0], frames)
    if not samples:  # so damaged that no place has more frames than another
        return _whole(sampler)
    estimate = extrapolated(first.cpu_seconds, samples, frames - first.frames)
    seconds = first.elapsed_seconds + sum(elapsed) / len(elapsed) * (frames - first.frames)
    return sampler.told(estimate, seconds)


def _is_sure(samples: Sequence[Sample]) -> bool:
    rates = [sample.rate for sample in samples]
    return standard_error(rates) <= _GOOD_SHARE * sum(rates) / len(rates)


def _longer(sample: Sample, frames: int) -> int:
    """Frames by which the other long samples are longer, now that it is known what one takes."""
    wanted = round(_SAMPLE_SECONDS / max(sample.rate, 1e-4))
    return max(_FEWEST, min(_MOST, wanted, frames // 6))


def _places(count: int) -> list[float]:
    """Places between 0 and 1, each as far from those before as can be (van der Corput's sequence)."""
    places: list[float] = []
    for number in range(1, count + 1):
        place, share = 0.0, 0.5
        while number:
            number, digit = divmod(number, 2)  # noqa: PLW2901 - taken apart
            place += digit * share
            share /= 2
        places.append(place)
    return places


class _Sampler:
    """Paints parts of a clip into a folder that is thrown away."""

    def __init__(
        self,
        clip: Clip,
        folder: Path,
        output: Path,
        look: AnyLook,
        encoder: EncoderOptions,
        options: RenderOptions,
        on_progress: ProgressCallback | None,
    ) -> None:
        self.clip = clip
        self._folder = folder
        self._name = output.name
        self._look = look
        self._encoder = encoder
        self._options = replace(options, store=SegmentStore(folder / "segments"), score=False, workers=1)
        self._on_progress = on_progress
        self.painted = 0
        self._notes: dict[str, None] = {}
        self._runs = 0

    def paint(self, first: int, stop: int) -> RenderResult:
        """Paint frames as the whole clip would be."""
        clip, selection = self.clip, self.clip.selection
        part = selection
        if (first, stop) != (0, clip.expected_frames):
            part = replace(selection, start=clip.seconds_at(first), stop=clip.seconds_at(stop))
        self._runs += 1
        place = self._folder / str(self._runs)
        place.mkdir()
        result = stylize(
            clip.source,
            place / self._name,
            self._look,
            selection=part,
            encoder=self._encoder,
            options=self._options,
            on_progress=self._tell if self._on_progress else None,
        )
        self.painted += result.frames
        return result

    def told(self, cpu_seconds: Estimate, elapsed_seconds: float) -> Measured:
        """What was found."""
        clip = self.clip
        moves = clip.info.kind is not MediaKind.STILL
        return Measured(
            source=Path(clip.source),
            frames=clip.expected_frames,
            video_seconds=video_seconds(clip),
            pictures=0 if moves else clip.expected_frames,
            sampled_frames=self.painted,
            cpu_seconds=cpu_seconds,
            elapsed_seconds=elapsed_seconds,
            look=self._look.description,
            notes=tuple(self._notes),
        )

    def _tell(self, progress: Progress) -> None:
        assert self._on_progress is not None
        if progress.step == "stylize":
            done = self.painted + progress.frames_done
            self._on_progress(replace(progress, step="quote", frames_done=done, frames_expected=None))
