"""The shape of the land: a coast with cliffs and beaches, hills behind it, mountains across a bay.

Every point has *fields* (coast offset, relief, cliffiness, moisture, crags). They are refined from coarse to
fine: each step doubles the resolution and adds one octave of noise, stronger where the ground is
rough already (a heterogeneous multifractal, Musgrave 1994), so that valleys stay smooth and ridges craggy.
:func:`ground_height` turns the fields into metres above the sea.
"""

from __future__ import annotations

import numpy as np

from rotoscope.scenes.noise import Field, band, resized, smoothstep

COAST, RELIEF, CLIFF, MOISTURE, CRAG = range(5)
"""Channels of the fields: metres the coast is pushed out, shape of the hills, cliffiness,
moisture, and the lumps of bare rock (-2..2 or so each)."""

COARSEST_TEXEL = 1024.0
"""Metres a texel where the refinement starts."""


def first_fields(generator: np.random.Generator, size: int) -> Field:
    """Fields at the coarsest resolution: (size, size, 5), all zero but for noise added by refining."""
    return np.zeros((size, size, 5), np.float32) + generator.standard_normal(5, dtype=np.float32) * 0.05


def refine(fields: Field, generator: np.random.Generator, *, texel: float) -> Field:
    """Double the resolution and add the octave that the finer grid can hold.

    Args:
        fields: (N, N, 5).
        generator: where this octave's noise comes from.
        texel: metres a texel of the *result*.

    Returns:
        (2N, 2N, 5).
    """
    fine = resized(fields, (2 * fields.shape[1], 2 * fields.shape[0]), smooth=True)
    spots = band(generator, fine.shape[0])
    wavelength = 8.0 * texel
    # Flipped copies of one noise are independent but on the mirror lines: five for the price of one.
    coast, relief, cliff, moisture, crag = spots, spots[::-1], spots[:, ::-1], spots[::-1, ::-1], spots.T
    fine[..., COAST] += min(0.075 * wavelength, 55.0) * coast
    fine[..., CLIFF] += _octave(wavelength, centre=600.0) * cliff
    fine[..., MOISTURE] += _octave(wavelength, centre=300.0) * moisture
    if wavelength <= 16.0:
        fine[..., CRAG] += 0.75 * (wavelength / 16.0) ** 0.6 * crag
    if wavelength > 350.0:
        relief = 0.85 - 1.7 * np.abs(relief)  # ridges, not humps
    if wavelength > 1500.0:
        roughness = np.full_like(relief, 0.75)
    else:
        roughness = np.clip(fine[..., RELIEF] + 0.30, 0.05, 1.4)
    strength = (wavelength / 4000.0) ** 0.97 if wavelength <= 4000.0 else 0.4
    fine[..., RELIEF] += 0.62 * strength * roughness * relief
    return fine


def _octave(wavelength: float, *, centre: float) -> float:
    """Weight of an octave in a field whose patches are about ``centre`` metres wide."""
    return float(0.42 * min(wavelength / centre, centre / wavelength) ** 0.55)


def coast_distance(along: Field, across: Field, fields: Field) -> Field:
    """Metres inland (negative: out at sea) of points given in flight coordinates.

    Args:
        along: metres ahead of the start of the flight.
        across: metres to the right of it.
        fields: (H, W, 5) of those points.

    Returns:
        (H, W) float32. Not a true distance, but its sign and its order of size.
    """
    shore = -75.0 + 70.0 * np.sin(along / 210.0 + 0.6)
    shore += 330.0 * np.exp(-(((along - 1050.0) / 230.0) ** 2))  # the headland that the flight looks at
    shore -= 260.0 * np.exp(-(((along - 620.0) / 200.0) ** 2))  # a bay before it
    shore += 900.0 * smoothstep(2200.0, 4200.0, along) * (0.6 + 0.4 * np.sin(along / 700.0))
    mainland = shore - across
    island = 150.0 - np.hypot(along - 1750.0, (across - 900.0) * 0.8)
    stack = 26.0 - np.hypot(along - 560.0, across - 215.0)
    skerry = 16.0 - np.hypot(along - 640.0, across - 262.0)
    opposite = 0.6 * (along - 6200.0 - 0.35 * np.abs(across - 1500.0))
    land = np.maximum(np.maximum(mainland, island), np.maximum(stack, skerry))
    # Small rocks are pushed about less than the long shore: the noise would swallow them.
    firm = np.clip(np.maximum(stack, skerry) / 20.0 + 1.0, 0.0, 1.0)
    return np.maximum(land, opposite) + (1.0 - 0.7 * firm) * fields[..., COAST]


def ground_height(along: Field, across: Field, fields: Field) -> tuple[Field, Field]:
    """Height of the bare ground.

    Args:
        along: metres ahead of the start of the flight, (H, W).
        across: metres to the right of it.
        fields: (H, W, 5).

    Returns:
        Metres above the sea (negative under water), and metres inland; both (H, W) float32.
    """
    inland = coast_distance(along, across, fields)
    cliffs = smoothstep(-0.15, 0.35, fields[..., CLIFF] + 0.25)
    far = smoothstep(4500.0, 7500.0, along)
    relief = fields[..., RELIEF]
    brink = (4.0 + 30.0 * cliffs) * (1.0 + 0.35 * relief)
    width = 34.0 - 16.0 * cliffs
    face = brink * smoothstep(0.0, 1.0, np.clip((inland - 4.0) / width, 0.0, 1.0))
    beach = np.clip(inland, 0.0, 12.0) * 0.09
    rise = np.clip(inland - 15.0, 0.0, None)
    hills = 26.0 * smoothstep(10.0, 260.0, inland) + 0.05 * np.minimum(rise, 3000.0)
    peaks = 60.0 * smoothstep(60.0, 600.0, inland) + 520.0 * smoothstep(500.0, 3200.0, inland)
    peaks += 1000.0 * far * smoothstep(100.0, 2500.0, inland)
    height = beach + face + hills + peaks * relief * (0.8 + 0.4 * np.abs(relief))
    height += 2.2 * smoothstep(2.0, 20.0, inland) * (0.4 + cliffs) * relief
    height = np.where(inland > 20.0, np.maximum(height, 0.6 + 0.02 * np.minimum(inland, 200.0)), height)
    depth = 0.055 * np.clip(-inland, 0.0, 30.0) + 0.22 * np.clip(-inland - 30.0, 0.0, 140.0)
    floor = -depth * (1.0 + 0.5 * cliffs) + 0.5 * relief * smoothstep(0.0, -10.0, inland)
    return np.where(inland > 0.0, np.maximum(height, 0.02), np.minimum(floor, -0.02)).astype(
        np.float32
    ), inland.astype(np.float32)


def weathered(bare: Field, slope: Field, fields: Field) -> Field:
    """Carve what is steep into ledges and lumps: harder and softer layers of rock.

    Args:
        bare: (N, N) height from :func:`ground_height`.
        slope: (N, N) its steepness, metres a metre.
        fields: (N, N, 5).

    Returns:
        (N, N) height; unchanged where it is level or under water, and above the sea where it was.
    """
    crag = fields[..., CRAG]
    carved = bare + 1.3 * crag
    for period in (11.0, 3.7):
        phase = (carved + 2.5 * fields[..., RELIEF]) * np.float32(2.0 * np.pi / period)
        carved = carved + np.float32(0.85 * period / (2.0 * np.pi)) * np.sin(phase)
    steep = smoothstep(0.42, 0.95, slope) * smoothstep(0.3, 3.0, bare)
    return bare + (carved - bare) * steep
