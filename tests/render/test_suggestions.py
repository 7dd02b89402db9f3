"""Suggestions: order, reasons, and places for what looks different."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from rotoscope.errors import InvalidOptions
from rotoscope.media.frame import Pixels
from rotoscope.render.audition import AuditionResult, FilterRow, Painting, Picture
from rotoscope.render.figures import measure
from rotoscope.render.suggestions import Mood, difference, rank, suggest

import samples

PHOTO = Picture("photo", samples.picture(5, (240, 180)))


def smooth(sigma: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(PHOTO.pixels, (0, 0), sigma), np.uint8)


def hatched(strength: float) -> Pixels:
    ys, xs = np.mgrid[0:180, 0:240]
    lines = strength * 255 * (((xs + ys) // 3) % 2)[..., None]
    return np.clip(PHOTO.pixels - lines, 0, 255).astype(np.uint8)


def tried(**paintings: Pixels) -> AuditionResult:
    rows = [
        FilterRow(
            name, "toy", measure(PHOTO.pixels, pixels), (Painting(pixels, measure(PHOTO.pixels, pixels)),)
        )
        for name, pixels in paintings.items()
    ]
    return AuditionResult((PHOTO,), tuple(rows), "name", 0.0)


def names(result: AuditionResult, mood: Mood = "balanced") -> list[str]:
    return [one.name for one in suggest(result, mood=mood)]


def test_what_does_nothing_comes_last_and_says_so() -> None:
    result = tried(nothing=PHOTO.pixels.copy(), soft=smooth(1), hatched=hatched(0.5))
    for mood in ("balanced", "subtle", "loud"):
        last = suggest(result, mood=mood)[-1]
        assert (last.name, last.reason, last.score) == (
            "nothing",
            "Changes next to nothing in this picture.",
            0,
        )


def test_moods_rank_the_other_way_round() -> None:
    result = tried(faint=smooth(1), wild=255 - hatched(0.6))
    assert names(result, "subtle") == ["faint", "wild"]
    assert names(result, "loud") == ["wild", "faint"]


def test_twins_wait_until_all_others_are_named() -> None:
    result = tried(one=hatched(0.6), two=hatched(0.58), three=hatched(0.56), soft=smooth(2))
    ranked = suggest(result)
    assert {one.name for one in ranked[:2]} & {"soft"}
    assert sum(one.like is None for one in ranked) == 2
    assert all(one.like is not None and f"looks much like {one.like}" in one.reason for one in ranked[2:])
    assert len(suggest(result, count=2)) == 2


def test_what_looks_different_goes_before_a_better_score_that_does_not() -> None:
    result = tried(one=hatched(0.6), near=hatched(0.4), soft=smooth(3))
    scores = {one.name: one.score for one in suggest(result, mood="loud")}
    assert scores["one"] > scores["near"] > scores["soft"]
    rows = {row.name: row for row in result.rows}
    assert difference(rows["one"], rows["near"]) < difference(rows["one"], rows["soft"])
    assert names(result, "loud") == ["one", "soft", "near"]
    assert difference(rows["one"], rows["one"]) == 0


def test_a_score_of_ones_own_and_what_is_known_already() -> None:
    result = tried(one=hatched(0.6), soft=smooth(3), none=PHOTO.pixels.copy())
    scores = {"one": 0.9, "soft": 0.5, "none": 0.0}
    first, *_, last = rank(result, lambda row: scores[row.name])
    assert (first.name, first.score, first.like) == ("one", 0.9, None)
    assert last.name == "none"
    (known,) = tried(known=hatched(0.58)).rows
    ranked = rank(result, lambda row: scores[row.name], known=[known])
    assert [one.name for one in ranked] == ["soft", "one", "none"]
    assert ranked[1].like == "known"
    assert [one.name for one in rank(result, lambda row: scores[row.name], apart=lambda _, __: 1.0)] == [
        "one",
        "soft",
        "none",
    ]


def test_reasons_say_what_the_figures_say() -> None:
    night = (PHOTO.pixels * 0.4).astype(np.uint8)
    gray = np.repeat(PHOTO.pixels.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    found = {one.name: one for one in suggest(tried(night=night, gray=gray))}
    for one in found.values():
        assert f"keeps {100 * one.figures.detail:.0f} % of the edges" in one.reason
        assert one.reason[0].isupper()
        assert one.reason.endswith(".")
    assert "darker" in found["night"].reason
    assert "gray" in found["gray"].reason


def test_what_cannot_be_asked_for() -> None:
    with pytest.raises(InvalidOptions, match="1 or more"):
        suggest(tried(soft=smooth(1)), count=0)
    with pytest.raises(InvalidOptions, match="balanced, subtle, loud"):
        suggest(tried(soft=smooth(1)), mood="shy")  # pyright: ignore[reportArgumentType] - the point
