"""Engines that find flow, behind one interface."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.motion.engines import DEFAULT_ENGINE, ENGINES, FlowEngine, Reduced, scale_flow
from rotoscope.motion.flow import find_flow

Gray = NDArray[np.uint8]
INNER = np.s_[16:-16, 16:-16]


def texture(height: int = 200, width: int = 320) -> Gray:
    noise = np.random.default_rng(1).integers(0, 256, (height, width), np.uint8)
    return np.asarray(cv2.equalizeHist(cv2.GaussianBlur(noise, (0, 0), 2)), np.uint8)


HERE = texture()
THERE = np.roll(HERE, (-3, 6), axis=(0, 1))


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_finds_a_shift_to_the_right_and_up(name: str) -> None:
    flow = ENGINES[name].find(HERE, THERE)
    assert flow.shape == (200, 320, 2)
    assert flow.dtype == np.float32
    assert np.median(flow[INNER], axis=(0, 1)) == pytest.approx((6, -3), abs=0.3)


@pytest.mark.parametrize("name", ENGINES)
def test_luma_is_taken_from_colors(name: str) -> None:
    colored = [np.repeat(picture[..., None], 3, axis=2) for picture in (HERE, THERE)]
    assert (ENGINES[name].find(colored[0], colored[1]) == ENGINES[name].find(HERE, THERE)).all()


@pytest.mark.parametrize("name", ENGINES)
def test_the_flow_is_the_same_whatever_the_number_of_threads(name: str) -> None:
    before = cv2.getNumThreads()
    found: list[bytes] = []
    try:
        for threads in (1, 2, 5):
            cv2.setNumThreads(threads)
            found += [ENGINES[name].find(HERE, THERE).tobytes() for _ in range(2)]
    finally:
        cv2.setNumThreads(before)
    assert len(set(found)) == 1


def test_an_engine_says_what_decides_its_flow() -> None:
    identities = [engine.identity for engine in (*ENGINES.values(), Reduced(DEFAULT_ENGINE, 100))]
    assert len(set(identities)) == len(identities)
    assert all(f"opencv {cv2.__version__}" in identity for identity in identities)


def test_flow_without_a_named_engine_is_that_of_the_default_one() -> None:
    assert DEFAULT_ENGINE is ENGINES["dis"]
    assert (find_flow(HERE, THERE) == DEFAULT_ENGINE.find(HERE, THERE)).all()


def test_a_reduced_engine_gives_flow_in_pixels_of_the_pictures_it_was_given() -> None:
    engine = Reduced(DEFAULT_ENGINE, 100)
    flow = engine.find(HERE, THERE)
    assert engine.name == "dis at 100"
    assert flow.shape == (200, 320, 2)
    assert np.median(flow[INNER], axis=(0, 1)) == pytest.approx((6, -3), abs=0.4)


def test_pictures_smaller_than_that_stay_as_they_are() -> None:
    assert (Reduced(DEFAULT_ENGINE, 400).find(HERE, THERE) == DEFAULT_ENGINE.find(HERE, THERE)).all()


def test_scaled_flow_leads_as_far_in_the_picture() -> None:
    flow = np.full((10, 20, 2), (4, 2), np.float32)
    assert scale_flow(flow, (40, 30))[5, 5].tolist() == [8, 6]


def test_a_size_without_a_flow_in_it_is_refused() -> None:
    with pytest.raises(InvalidOptions, match=r"short side of 16 pixels; give 32 or more"):
        Reduced(DEFAULT_ENGINE, 16)


@pytest.mark.parametrize("name", ENGINES)
def test_pictures_of_two_sizes_are_refused(name: str) -> None:
    with pytest.raises(InvalidOptions, match=r"shapes \(200, 320\) and \(100, 320\).*two pictures of one"):
        ENGINES[name].find(HERE, HERE[:100])


@pytest.mark.parametrize(
    "engine", [*ENGINES.values(), Reduced(DEFAULT_ENGINE, 100)], ids=lambda one: one.name
)
def test_an_engine_serves_several_threads_and_other_processes(engine: FlowEngine) -> None:
    alone = engine.find(HERE, THERE)
    sent: FlowEngine = pickle.loads(pickle.dumps(engine))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(sent.find, [HERE] * 8, [THERE] * 8))
    assert all((flow == alone).all() for flow in found)
    assert sent.identity == engine.identity
