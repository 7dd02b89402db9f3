"""Fidelity of time: the number of frames, when each is shown, and for how long all of them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from rotoscope.media.fidelity_rows import Row, Verdict, container_of_result, kept, lost
from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.lazy import FrameTimes, Probed
from rotoscope.media.output import Clock

_TICKS = {
    Clock.MILLISECONDS: Fraction(1, 1000),
    Clock.MPEG: Fraction(1, 90000),
    Clock.CONSTANT: Fraction(1, 1000),
}
_FINEST_ROUNDING = Fraction(1, 1000)
_ANIMATION_TICKS = {"GIF": Fraction(1, 100)}


def compare_times(before: Probed, after: Probed) -> list[Row]:
    """Frame count, presentation times and duration.

    Times are compared from the first frame on; how they lie to the sound is compared with the sound.
    """
    assert before.times is not None
    assert after.times is not None
    if after.info.kind is MediaKind.STILL and before.info.kind is MediaKind.STILL:
        return []
    source, result = _seconds(before.times), _seconds(after.times)
    tick = coarsest_tick(after.info)
    count = _compare_count(before, source, after, result, tick)
    if len(source) != len(result):
        return [count]
    return [
        count,
        _compare_presentation(source, result, tick),
        _compare_duration(before.times, after.times, after.info, tick),
    ]


def coarsest_tick(info: MediaInfo) -> Fraction:
    """Seconds that the file's container rounds times to; 0 where it holds any."""
    container = container_of_result(info)
    if container is not None:
        return _TICKS.get(container.clock, Fraction(0))
    if info.kind is MediaKind.GIF:
        return _ANIMATION_TICKS.get(info.container, Fraction(1, 1000))
    return Fraction(0)


def _seconds(times: FrameTimes) -> list[Fraction]:
    return [(pts - times.pts[0]) * times.time_base for pts in times.pts]


def _compare_count(
    before: Probed, source: Sequence[Fraction], after: Probed, result: Sequence[Fraction], tick: Fraction
) -> Row:
    name, told, got = "frame count", str(len(source)), str(len(result))
    missing = len(source) - len(result)
    if not missing:
        return kept(name, told)
    if missing < 0:
        return lost(name, told, got, f"{-missing} frames too many", verdict=Verdict.ADDED)
    if missing <= before.unsure_count:
        why = f"{missing} frames before the first keyframe cannot be decoded"
        return Row(name, told, got, Verdict.CONVERTED, why)
    if after.info.kind is MediaKind.GIF and _is_thinned(source, result, tick):
        why = "frames like the one before them became its longer delay"
        return Row(name, told, got, Verdict.CONVERTED, why)
    return lost(name, told, got, f"{missing} frames are missing")


def _is_thinned(source: Sequence[Fraction], result: Sequence[Fraction], tick: Fraction) -> bool:
    """Whether every time of the result is one of the source's."""
    remaining = iter(source)
    return all(any(abs(have - time) <= tick for have in remaining) for time in result)


def _compare_presentation(source: Sequence[Fraction], result: Sequence[Fraction], tick: Fraction) -> Row:
    name = "presentation times"
    deviations = [abs(a - b) for a, b in zip(source, result, strict=True)]
    worst = max(deviations)
    told = f"{len(source)} times"
    if not worst:
        return kept(name, told, "identical")
    got = f"at most {float(worst * 1000):.3f} ms off (frame {deviations.index(worst)})"
    # Both the first time, which all are counted from, and each other one are rounded by up to half a tick.
    if worst <= tick:
        return Row(name, told, got, Verdict.CONVERTED, f"the container's ticks are {float(tick * 1000):g} ms")
    return lost(name, told, got, "times moved by more than the container's ticks", verdict=Verdict.CONVERTED)


def _compare_duration(source: FrameTimes, result: FrameTimes, info: MediaInfo, tick: Fraction) -> Row:
    name = "duration"
    told, got = (f"{float(times.duration_seconds):.6f} s" for times in (source, result))
    off = abs(source.duration_seconds - result.duration_seconds)
    if not off:
        return kept(name, told)
    # A last frame of 33 or 34 ms is the same to a source that rounds to milliseconds.
    slack = max(2 * tick, min(source.time_base, _FINEST_ROUNDING))
    if off <= slack:
        return Row(name, told, got, Verdict.CONVERTED, f"rounding, to ticks of {float(slack * 500):g} ms")
    container = container_of_result(info)
    if container is not None and container.clock is Clock.MPEG:
        why = f"{container.name} states no durations: readers guess the last frame's"
        return Row(name, told, got, Verdict.CONVERTED, why)
    return lost(name, told, got, "the last frame is shown for another time", verdict=Verdict.CONVERTED)
