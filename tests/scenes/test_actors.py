"""What moves in the scene."""

from __future__ import annotations

import numpy as np

from rotoscope.scenes.actors import Actors, Stage, points
from rotoscope.scenes.camera import Camera

CAMERA = Camera(position=np.array([1.0, 2.0, 3.0]), axes=np.eye(3), focal=100.0, frame_size=(81, 61))
COLUMN, ROW = np.meshgrid(np.arange(81, dtype=np.float32), np.arange(61, dtype=np.float32))


def triangle(*corners: tuple[float, float, float]) -> np.ndarray:
    """One triangle given relative to the lens."""
    return np.array([corners]) + CAMERA.position


def test_a_ray_meets_a_triangle_at_its_depth() -> None:
    slanted = triangle((-3.0, -3.0, 8.0), (5.0, -3.0, 8.0), (-3.0, 5.0, 16.0))
    seen = Stage(CAMERA, slanted).look(COLUMN, ROW)
    # The plane is z = 8 + (y + 3): straight ahead y = 0, so z = 11.
    assert seen.triangle[30, 40] == 0
    np.testing.assert_allclose(seen.depth[30, 40], 11.0, rtol=1e-6)
    assert seen.triangle[30, 80] == -1
    assert np.isinf(seen.depth[30, 80])


def test_the_nearer_triangle_hides_the_farther() -> None:
    near = triangle((-1.0, -1.0, 5.0), (3.0, -1.0, 5.0), (-1.0, 3.0, 5.0))
    far = triangle((-4.0, -4.0, 9.0), (9.0, -4.0, 9.0), (-4.0, 9.0, 9.0))
    for order in ([near, far], [far, near]):
        seen = Stage(CAMERA, np.concatenate(order)).look(COLUMN, ROW)
        np.testing.assert_allclose(seen.depth[30, 40], 5.0, rtol=1e-6)
        np.testing.assert_allclose(seen.depth[3, 3], 9.0, rtol=1e-6)


def test_triangles_behind_the_lens_or_edge_on_are_not_seen() -> None:
    behind = triangle((-1.0, -1.0, -5.0), (3.0, -1.0, -5.0), (-1.0, 3.0, -5.0))
    edge_on = triangle((0.0, 0.0, 5.0), (0.0, 0.0, 9.0), (0.0, 3.0, 9.0))
    for one in (behind, edge_on):
        assert (Stage(CAMERA, one).look(COLUMN, ROW).triangle == -1).all()


def test_points_follow_their_triangle_exactly() -> None:
    now = triangle((-3.0, -3.0, 8.0), (5.0, -3.0, 8.0), (-3.0, 5.0, 16.0))
    seen = Stage(CAMERA, now).look(COLUMN, ROW)
    here = points(now, seen)
    rays = np.stack([(COLUMN - 40.0) / 100.0, (ROW - 30.0) / 100.0, np.ones_like(ROW)], axis=-1)
    inside = seen.triangle >= 0
    expected = CAMERA.position + rays[inside] * seen.depth[inside][:, None]
    np.testing.assert_allclose(here, expected, atol=1e-4)
    turn = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(points(now @ turn + 4.0, seen), here @ turn + 4.0, atol=1e-6)


def test_what_lies_behind_the_land_is_left_out() -> None:
    near = triangle((-1.0, -1.0, 5.0), (3.0, -1.0, 5.0), (-1.0, 3.0, 5.0))
    seen = Stage(CAMERA, near).look(COLUMN, ROW)
    assert (seen.in_front_of(np.full_like(seen.depth, 4.0)).triangle == -1).all()
    assert seen.in_front_of(np.full_like(seen.depth, 6.0)).triangle[30, 40] == 0


def test_boat_stays_afloat_and_moves_at_its_speed() -> None:
    actors = Actors(seed=1, heading=-1.0, sun=(0.0, 0.9, 0.44))
    (start, ahead, _), (end, _, _) = actors.boat_frame(0.0), actors.boat_frame(10.0)
    np.testing.assert_allclose(end - start, 42.0 * ahead)
    heights = actors.triangles(3.0)[:20, :, 2]
    assert heights.min() < 0.0 < heights.max()


def test_colors_are_finite_and_lit() -> None:
    actors = Actors(seed=1, heading=-1.0, sun=(0.0, 0.9, 0.44))
    colors = actors.colors(actors.triangles(1.0), CAMERA)
    assert np.isfinite(colors).all()
    assert colors.min() >= 0.0
    assert colors.max() > 0.5
