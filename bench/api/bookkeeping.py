"""What a job costs beside painting: a video of many small segments, painted directly and as a job."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from rotoscope.filters.base import Filter
from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.jobs.service import open_service
from rotoscope.jobs.tasks import QUEUES
from rotoscope.media.selection import Selection
from rotoscope.palette.palette import Palette
from rotoscope.render.look import Look
from rotoscope.render.options import RenderOptions
from rotoscope.render.segments.store import SegmentStore
from rotoscope.render.stylize import stylize
from rotoscope.settings import Settings

Row = dict[str, Any]
_SIZE: Final = (192, 128)
_FRAMES: Final = 240
"""In one segment of so small a video."""
_REAL_SECONDS: Final = (5.0, 10.0)
"""That painting a segment of a real video takes."""


def measure_bookkeeping(folder: Path, name: str, *, segments: int) -> list[Row]:
    """Seconds for the same video, painted by the library and as a job; everything is read and opened once."""
    clip = _clip(folder / "clip.mp4", segments)
    settings = Settings(data_dir=folder / "data", cache_dir=folder / "cache")
    filter = Palette(settings.filters_dir).load(name)
    _painted(clip, folder / "warm.mp4", filter, SegmentStore(folder / "warm"), stop=Fraction(1))
    direct = _painted(clip, folder / "direct.mp4", filter, SegmentStore(folder / "direct"))
    job, painting = _as_job(settings, clip, name)
    each = 1000 * (job - painting) / segments
    rows: list[Row] = [
        {"case": f"{segments} segments, painted directly", "seconds": round(direct, 2)},
        {"case": f"{segments} segments, as a job", "seconds": round(job, 2)},
        {"case": "of that painting, each segment by itself", "seconds": round(painting, 2)},
        {"case": "bookkeeping for each segment", "ms": round(each)},
    ]
    rows += [
        {"case": f"share of a segment of {seconds:g} s", "percent": round(each / (10 * seconds), 1)}
        for seconds in _REAL_SECONDS
    ]
    return rows


def _painted(
    clip: Path, output: Path, filter: Filter, store: SegmentStore, stop: Fraction | None = None
) -> float:
    began = time.perf_counter()
    options = RenderOptions(store=store)
    stylize(clip, output, Look([filter]), options=options, selection=Selection(stop=stop))
    return time.perf_counter() - began


def _as_job(settings: Settings, clip: Path, name: str) -> tuple[float, float]:
    """Seconds of the whole, and of painting alone."""
    with open_service(settings, queues=QUEUES) as service:
        service.storage_of(LOCAL_CLIENT).put("data://in/clip.mp4", clip)
        time.sleep(2)  # queues are listened to
        began = time.perf_counter()
        params = {"source": "data://in/clip.mp4", "output": "data://out/painted.mp4", "filter": name}
        job = service.book.create(LOCAL_CLIENT, "renders", params)
        while not job.is_final:
            time.sleep(0.02)
            job = service.book.get(LOCAL_CLIENT, job.id)
        assert job.state == "succeeded", job.fault
        whole = time.perf_counter() - began
        painting = sum(one.seconds or 0 for one in service.book.segments(LOCAL_CLIENT, job.id))
        return whole, painting


def _clip(path: Path, segments: int) -> Path:
    width, height = _SIZE
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 255, (height, width + _FRAMES, 3), dtype=np.uint8)
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for index in range(segments * _FRAMES):
            shift = index % _FRAMES
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(noise[:, shift : shift + width]), "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
