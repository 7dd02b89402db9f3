"""The rendered flight, and above all its truth: flow and occlusion against geometry worked out otherwise."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.scenes.flight import Flight, FlightFrame, FlightOptions

OPTIONS = FlightOptions(frame_size=(224, 126), frame_count=24, frame_rate=Fraction(12), moving_water=False)


@pytest.fixture(scope="module")
def flight() -> Flight:
    return Flight(OPTIONS)


@pytest.fixture(scope="module")
def frames(flight: Flight) -> dict[int, FlightFrame]:
    return {index: flight.render(index) for index in (0, 9, 10)}


def coordinates(frame: FlightFrame) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    height, width = frame.depth.shape
    column, row = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return column, row


def warped(frame: FlightFrame, flow: NDArray[np.float32]) -> NDArray[np.float32]:
    column, row = coordinates(frame)
    picture = frame.pixels.astype(np.float32)
    at = column + flow[..., 0], row + flow[..., 1]
    return np.asarray(cv2.remap(picture, *at, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.float32)


def ray(flight: Flight, index: int, column: float, row: float) -> NDArray[np.float64]:
    camera = flight.camera(index)
    across, down = (column - camera.centre[0]) / camera.focal, (row - camera.centre[1]) / camera.focal
    return np.array([across, down, 1.0]) @ camera.axes


def seen_at(flight: Flight, index: int, direction: NDArray[np.float64]) -> NDArray[np.float64]:
    camera = flight.camera(index)
    turned = camera.axes @ direction
    return turned[:2] / turned[2] * camera.focal + np.array(camera.centre)


def is_sea(flight: Flight, frame: FlightFrame, index: int) -> NDArray[np.bool_]:
    """Pixels whose ray reaches the level of the sea just where the frame's depth says it ends."""
    column, row = coordinates(frame)
    _, _, fall = flight.camera(index).rays(column, row)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = -np.float32(flight.camera(index).position[2]) / fall
        return np.isfinite(frame.depth) & (np.abs(frame.depth / level - 1.0) < 1e-4)


def test_a_frame_has_the_size_asked_for_and_its_kinds(frames: dict[int, FlightFrame]) -> None:
    frame = frames[10]
    assert frame.pixels.shape == (126, 224, 3)
    assert frame.pixels.dtype == np.uint8
    assert frame.depth.shape == (126, 224)
    assert frame.depth.dtype == np.float32
    assert frame.backward_flow is not None
    assert frame.backward_flow.shape == (126, 224, 2)
    assert frame.backward_flow.dtype == np.float32
    assert frame.occlusion.shape == (126, 224)
    assert frame.occlusion.dtype == np.bool_


def test_sky_is_infinitely_far_and_above_everything_else(frames: dict[int, FlightFrame]) -> None:
    sky = np.isinf(frames[10].depth)
    assert 0.02 < sky.mean() < 0.5
    assert sky[0].mean() > 0.9
    assert not sky[-1].any()
    assert frames[10].depth.min() > 20.0


def test_the_picture_has_light_dark_and_color(frames: dict[int, FlightFrame]) -> None:
    pixels = frames[10].pixels.astype(np.float32)
    low, high = np.percentile(pixels, [2.0, 98.0])
    assert high - low > 100.0
    assert (pixels.max(axis=-1) - pixels.min(axis=-1)).mean() > 15.0


def test_the_first_frame_has_no_flow_and_nothing_in_it_was_seen_before(
    frames: dict[int, FlightFrame],
) -> None:
    assert frames[0].backward_flow is None
    assert frames[0].occlusion.all()


def test_the_frame_before_warped_by_the_flow_gives_the_frame(
    flight: Flight, frames: dict[int, FlightFrame]
) -> None:
    flow = frames[10].backward_flow
    assert flow is not None
    here = frames[10].pixels.astype(np.float32)
    error = np.abs(warped(frames[9], flow) - here).mean(axis=-1)
    unwarped = np.abs(frames[9].pixels - here).mean(axis=-1)
    visible = ~frames[10].occlusion
    sky, sea = np.isinf(frames[10].depth), is_sea(flight, frames[10], 10)
    assert error[visible & sky].mean() < 0.6
    assert error[visible & sea].mean() < 2.5
    assert error[visible].mean() < 3.5
    assert error[visible].mean() < 0.55 * unwarped[visible].mean()
    assert np.median(error[visible]) < 1.0
    # The mask is about something: what it hides does not match.
    assert error[frames[10].occlusion].mean() > 3.0 * error[visible].mean()


def test_flow_of_the_sky_is_the_turning_of_the_camera(flight: Flight, frames: dict[int, FlightFrame]) -> None:
    flow = frames[10].backward_flow
    assert flow is not None
    for column, row in ((20, 2), (200, 1)):
        assert np.isinf(frames[10].depth[row, column])
        expected = seen_at(flight, 9, ray(flight, 10, column, row)) - (column, row)
        np.testing.assert_allclose(flow[row, column], expected, atol=2e-3)


def test_flow_of_the_sea_is_that_of_a_level_plane(flight: Flight, frames: dict[int, FlightFrame]) -> None:
    flow = frames[10].backward_flow
    assert flow is not None
    row, column = 118, 130
    assert is_sea(flight, frames[10], 10)[row, column]
    now, before = flight.camera(10), flight.camera(9)
    direction = ray(flight, 10, column, row)
    depth = -now.position[2] / direction[2]
    point = now.position + depth * direction
    expected = seen_at(flight, 9, point - before.position) - (column, row)
    np.testing.assert_allclose(flow[row, column], expected, atol=5e-3)
    np.testing.assert_allclose(frames[10].depth[row, column], depth, rtol=1e-4)


def test_points_that_come_from_outside_the_frame_are_occluded(frames: dict[int, FlightFrame]) -> None:
    frame = frames[10]
    assert frame.backward_flow is not None
    column, row = coordinates(frame)
    from_column, from_row = column + frame.backward_flow[..., 0], row + frame.backward_flow[..., 1]
    outside = (from_column < -0.5) | (from_column > 223.5) | (from_row < -0.5) | (from_row > 125.5)
    assert outside.any()
    assert frame.occlusion[outside].all()
    assert not frame.occlusion.all()


def blocked(flight: Flight, index: int, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Walk from a frame's lens to each point in finer steps than the renderer's: is ground in the way?"""
    lens = flight.camera(index).position
    share = np.linspace(0.1, 0.98, 2000)[:, None]
    result = np.empty(len(points), bool)
    for number, point in enumerate(points):
        path = (lens + share * (point - lens)).astype(np.float32)
        above = path[:, 2] - flight.scene.terrain.height(path[None, :, 0], path[None, :, 1])[0]
        result[number] = above.min() < -1.0
    return result


def test_hidden_points_are_those_whose_line_of_sight_meets_land(flight: Flight) -> None:
    large = Flight(replace(OPTIONS, frame_size=(480, 270)), scene=flight.scene)
    index, other = 22, 0  # far apart, so that much is hidden
    flow, hidden = large.motion(index, other)
    frame = large.render(index)
    column, row = coordinates(frame)
    inside = (np.abs(column + flow[..., 0] - 239.5) < 238.0) & (np.abs(row + flow[..., 1] - 134.5) < 133.0)
    land = np.isfinite(frame.depth) & ~is_sea(large, frame, index) & inside & (frame.depth < 800.0)
    rows, columns = (axis[::3] for axis in np.nonzero(land))
    x, y, z = large.camera(index).rays(columns.astype(np.float32), rows.astype(np.float32))
    reach = frame.depth[rows, columns][:, None] * np.stack([x, y, z], axis=-1)
    points = large.camera(index).position + reach
    seen_here = ~blocked(large, index, points)
    assert seen_here.mean() > 0.9
    hidden_there = blocked(large, other, points)[seen_here]
    marked = hidden[rows, columns][seen_here]
    assert hidden_there.sum() > 50
    assert marked[hidden_there].mean() > 0.75
    assert marked[~hidden_there].mean() < 0.06


def test_forward_flow_leads_back(flight: Flight, frames: dict[int, FlightFrame]) -> None:
    flow, occlusion = flight.motion(9, 10)
    assert frames[10].backward_flow is not None
    column, row = coordinates(frames[9])
    at = (column + flow[..., 0], row + flow[..., 1])
    back = np.asarray(cv2.remap(frames[10].backward_flow, *at, cv2.INTER_LINEAR))
    away = np.linalg.norm(flow + back, axis=-1)[~occlusion]
    assert np.percentile(away, 90.0) < 0.05


def test_frames_do_not_depend_on_the_order_they_are_asked_for(
    flight: Flight, frames: dict[int, FlightFrame]
) -> None:
    again = flight.render(10)  # after others, in another order than the first time
    flight.render(3)
    once_more = flight.render(10)
    for other in (again, once_more):
        np.testing.assert_array_equal(other.pixels, frames[10].pixels)
        np.testing.assert_array_equal(other.depth, frames[10].depth)
        np.testing.assert_array_equal(other.backward_flow, frames[10].backward_flow)
        np.testing.assert_array_equal(other.occlusion, frames[10].occlusion)


def test_the_strips_a_frame_is_worked_in_do_not_show(
    flight: Flight, frames: dict[int, FlightFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rotoscope.scenes.flight.STRIP_SAMPLES", 7 * 224)
    frame = Flight(OPTIONS, scene=flight.scene).render(10)
    # But for a tree top here and there, thinner than a pixel, that no middle of a pixel sees.
    apart = np.abs(frame.pixels.astype(int) - frames[10].pixels).max(axis=-1)
    assert (apart > 16).sum() <= 3
    assert (apart > 4).mean() < 0.002
    np.testing.assert_array_equal(frame.depth, frames[10].depth)
    np.testing.assert_array_equal(frame.backward_flow, frames[10].backward_flow)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_coast(flight: Flight) -> None:
    small = replace(OPTIONS, frame_size=(64, 36))
    one, two = (Flight(small).render(1) for _ in range(2))
    other = Flight(replace(small, seed=7)).render(1)
    assert one.pixels.tobytes() == two.pixels.tobytes()
    assert one.backward_flow is not None
    assert two.backward_flow is not None
    assert one.backward_flow.tobytes() == two.backward_flow.tobytes()
    assert np.abs(one.pixels.astype(int) - other.pixels).mean() > 5.0
    # The same coast at another size, in coarser maps.
    shrunk = cv2.resize(flight.render(1).pixels, (64, 36), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(int) - one.pixels).mean() < 8.0


@pytest.mark.parametrize("size", [(75, 41), (41, 75), (16, 16)])
def test_any_size_will_do(flight: Flight, size: tuple[int, int]) -> None:
    frame = Flight(replace(OPTIONS, frame_size=size), scene=flight.scene).render(1)
    assert frame.pixels.shape == (size[1], size[0], 3)
    assert frame.backward_flow is not None
    assert np.isfinite(frame.backward_flow).all()
    assert frame.pixels.std() > 10.0


def test_grain_and_waves_change_the_picture_but_never_its_truth(
    flight: Flight, frames: dict[int, FlightFrame]
) -> None:
    grainy = Flight(replace(OPTIONS, grain=3.0), scene=flight.scene).render(10)
    moving = Flight(replace(OPTIONS, moving_water=True), scene=flight.scene).render(10)
    noise = grainy.pixels.astype(int) - frames[10].pixels
    assert 1.0 < noise.std() < 5.0
    changed = (moving.pixels != frames[10].pixels).any(axis=-1)
    assert 0.02 < changed.mean() < 0.95
    assert not changed[np.isinf(frames[10].depth)].all()
    for other in (grainy, moving):
        np.testing.assert_array_equal(other.backward_flow, frames[10].backward_flow)
        np.testing.assert_array_equal(other.occlusion, frames[10].occlusion)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"frame_size": (8, 720)}, "cannot be rendered at 8x720: width and height may be 16 to 4096"),
        ({"frame_rate": Fraction(0)}, "cannot have 0 frames a second: the rate must be above 0"),
        ({"frame_count": 0}, "cannot have 0 frames at 24 a second: it may have 1 to 1440"),
        ({"frame_count": 1441}, "which is 60 seconds"),
        ({"seed": -1}, "seed cannot be -1: it may be 0 or any larger"),
        ({"grain": 21.0}, "grain cannot be 21.0: it may be 0 (none) to 20"),
    ],
)
def test_options_outside_their_range_are_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidOptions) as caught:
        replace(FlightOptions(), **change)  # pyright: ignore[reportArgumentType] # wrong on purpose
    assert words in str(caught.value)


@pytest.mark.parametrize("index", [-1, 24])
def test_frames_outside_the_flight_are_refused(flight: Flight, index: int) -> None:
    with pytest.raises(InvalidOptions, match=f"no frame {index} in this flight: it has frames 0 to 23"):
        flight.render(index)
