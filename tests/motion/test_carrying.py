"""Flow, and regions that are carried by it."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rotoscope.media.clip import open_clip
from rotoscope.motion.carrying import carry
from rotoscope.motion.flow import agrees, find_flow, warp

from reference import MISSING, REFERENCE_DATA

Gray = NDArray[np.uint8]
SIZE = (120, 200)


def texture(seed: int, height: int, width: int) -> Gray:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    return np.asarray(cv2.equalizeHist(cv2.GaussianBlur(noise, (0, 0), 1.5)), np.uint8)


GROUND, SUBJECT = texture(1, *SIZE), texture(2, 40, 40)


def picture(left: int, top: int = 40, ground: Gray = GROUND) -> Gray:
    """A textured square on a textured ground."""
    result = ground.copy()
    result[top : top + 40, left : left + 40] = SUBJECT
    return result


def loose(left: int, top: int = 40, by: int = 4) -> Gray:
    """A region around the square, with some of the ground in it."""
    region = np.zeros(SIZE, np.uint8)
    region[top - by : top + 40 + by, left - by : left + 40 + by] = 255
    return region


def test_flow_finds_a_shift_and_warping_undoes_it() -> None:
    here, there = GROUND, np.roll(GROUND, 5, axis=1)
    flow = find_flow(here, there)
    assert np.median(flow[..., 0]) == pytest.approx(5, abs=0.3)
    assert np.median(flow[..., 1]) == pytest.approx(0, abs=0.3)
    inner = np.s_[10:-10, 10:-10]
    assert np.abs(warp(there, flow)[inner].astype(int) - here[inner]).mean() < 3
    assert agrees(flow, find_flow(there, here)).mean() > 0.9


def test_pictures_that_are_too_small_for_flow_stand_still() -> None:
    tiny = np.zeros((8, 8), np.uint8)
    assert not find_flow(tiny, tiny).any()


def test_a_loose_region_goes_with_its_subject_and_not_with_the_ground() -> None:
    lefts = range(40, 90, 2)
    carried = list(carry(loose(40), map(picture, lefts)))
    assert len(carried) == len(lefts) - 1
    wanted = loose(88) > 127
    found = carried[-1] > 127
    assert (found & wanted).sum() / (found | wanted).sum() > 0.8


def test_it_is_carried_backward_as_well() -> None:
    carried = list(carry(loose(88), map(picture, range(88, 38, -2))))
    found, wanted = carried[-1] > 127, loose(40) > 127
    assert (found & wanted).sum() / (found | wanted).sum() > 0.8


def test_it_ends_at_a_cut() -> None:
    def clip() -> Iterator[Gray]:
        yield from (picture(left) for left in range(40, 50, 2))
        yield from (texture(9, *SIZE) for _ in range(3))

    assert len(list(carry(loose(40), clip()))) == 4


def test_a_still_picture_leaves_it_where_it_is() -> None:
    carried = list(carry(loose(60), [picture(60)] * 4))
    assert len(carried) == 3
    assert np.abs(carried[-1].astype(int) - loose(60)).mean() < 1


@pytest.mark.reference_data
@pytest.mark.skipif(REFERENCE_DATA is None, reason=MISSING)
def test_a_region_stays_on_a_paraglider() -> None:
    assert REFERENCE_DATA is not None
    grays: list[Gray] = []
    reds: list[NDArray[np.bool_]] = []
    for frame in open_clip(REFERENCE_DATA / "video" / "davis_paragliding.mp4").frames():
        small = cv2.resize(frame.pixels, (427, 240), interpolation=cv2.INTER_AREA)
        grays.append(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8))
        red, green = small[..., 0].astype(int), small[..., 1].astype(int)
        reds.append((red > 150) & (red - green > 90))
    region = np.zeros((240, 427), np.uint8)
    cv2.ellipse(region, (260, 72), (34, 38), 0, 0, 360, 255, -1)
    carried = list(carry(region, grays[35:]))
    assert len(carried) == len(grays) - 36
    for mask, red in zip(carried, reds[36:], strict=True):
        assert mask[red].mean() > 200  # the canopy's red is inside all along
        assert 0.6 < (mask > 127).sum() / (region > 127).sum() < 1.7
