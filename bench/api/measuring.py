"""What is asked of the server, and how long it takes."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import httpx
from PIL import Image

from bench.api.server import CLIENT, Server
from bench.quality.places import DOCS_PHOTOGRAPHS
from rotoscope.database.columns import now
from rotoscope.database.identity import new_id
from rotoscope.database.tables import JobRecord

SIDE = 1024
_FORMATS = ("jpeg", "webp", "png")
_CLIENTS = 8
_ROWS_AT_ONCE = 1000

Row = dict[str, Any]


def photograph() -> bytes:
    """A photograph of the documentation, its longer side 1024 pixels, as a camera's JPEG."""
    path = next(iter(sorted(DOCS_PHOTOGRAPHS.glob("*.jpg"))))
    with Image.open(path) as image:
        scale = SIDE / max(image.size)
        scaled = image.convert("RGB").resize((round(image.width * scale), round(image.height * scale)))
    file = io.BytesIO()
    scaled.save(file, "JPEG", quality=92)
    return file.getvalue()


def measure_stylize(server: Server, name: str, *, runs: int) -> list[Row]:
    """Milliseconds from sending a photograph to having its painting, warm, over loopback."""
    photo = photograph()
    rows: list[Row] = []
    with server.client() as client:
        for kind in _FORMATS:
            began = time.perf_counter()
            _stylize(client, photo, name, kind)
            cold = time.perf_counter() - began
            seconds = _timed(lambda kind=kind: _stylize(client, photo, name, kind), runs)
            rows.append({"case": f"{SIDE} px JPEG to {kind}", **_spread(seconds), "first_ms": _ms(cold)})
    return rows


def measure_together(server: Server, name: str, *, runs: int) -> list[Row]:
    """Eight clients that ask again as soon as they are answered."""
    photo = photograph()
    errors: list[str] = []

    def ask(_: int) -> list[float]:
        with server.client() as client:
            try:
                return _timed(lambda: _stylize(client, photo, name, "jpeg"), runs)
            except httpx.HTTPError as error:
                errors.append(str(error))
                return []

    began = time.perf_counter()
    with ThreadPoolExecutor(_CLIENTS) as pool:
        seconds = [one for some in pool.map(ask, range(_CLIENTS)) for one in some]
    rate = len(seconds) / (time.perf_counter() - began)
    case = f"{_CLIENTS} clients, {SIDE} px JPEG to jpeg"
    return [{"case": case, **_spread(seconds), "pictures_per_second": round(rate, 1), "errors": len(errors)}]


def insert_jobs(server: Server, count: int) -> None:
    """Put records of jobs into the database."""
    for start in range(0, count, _ROWS_AT_ONCE):
        with server.database.writing() as session:
            session.add_all(_job(number) for number in range(start, min(count, start + _ROWS_AT_ONCE)))


def measure_listing(server: Server, count: int, *, runs: int) -> list[Row]:
    """Milliseconds for a page of jobs: the first, one in the middle, the last."""
    rows: list[Row] = []
    with server.client() as client:
        cursors: list[str | None] = [None]
        while (after := _page(client, 200, cursors[-1])["next"]) is not None:
            cursors.append(after)
        places = {"first": None, "middle": cursors[len(cursors) // 2], "last": cursors[-1]}
        for limit in (50, 200):
            for place, cursor in places.items():
                seconds = _timed(lambda limit=limit, cursor=cursor: _page(client, limit, cursor), runs)
                rows.append({"case": f"{place} page of {limit} of {count:,} jobs", **_spread(seconds)})
    return rows


def measure_requests(server: Server, count: int) -> list[Row]:
    """Memory of the server while it answers light requests, by several clients."""
    marks = [0, count // 10, count // 2, count]
    sizes = {0: server.resident_mb}
    began = time.perf_counter()
    for before, after in pairwise(marks):
        _ask_many(server, after - before)
        sizes[after] = server.resident_mb
    rate = count / (time.perf_counter() - began)
    rows: list[Row] = [
        {"case": f"after {done:,} requests", "resident_mb": round(size, 1)} for done, size in sizes.items()
    ]
    return [*rows, {"case": "together", "requests_per_second": round(rate)}]


def _ask_many(server: Server, count: int) -> None:
    paths = ("/healthz", "/v1/jobs?limit=1", "/v1/keys/self", "/v1/looks", "/v1/filters/great-wave")

    def ask(number: int) -> None:
        with server.client() as client:
            for step in range(number, count, 4):
                client.get(paths[step % len(paths)]).raise_for_status()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, range(4)))


def _stylize(client: httpx.Client, photo: bytes, name: str, kind: str) -> None:
    client.post(
        "/v1/images:stylize",
        params={"filter": name, "format": kind},
        content=photo,
        headers={"Content-Type": "image/jpeg"},
    ).raise_for_status()


def _page(client: httpx.Client, limit: int, after: str | None) -> dict[str, Any]:
    params = {"limit": limit, **({"after": after} if after else {})}
    answer = client.get("/v1/jobs", params=params).raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def _job(number: int) -> JobRecord:
    return JobRecord(
        id=new_id("job"),
        client_id=CLIENT,
        operation="stylize",
        params={"source": f"data://in/{number}.mp4", "output": f"data://out/{number}.mp4", "filter": "a"},
        state="succeeded" if number % 5 else "failed",
        priority=100,
        cost_micros=0,
        progress={"step": "", "frames_done": 96, "frames_expected": 96, "segments_done": 4,
                  "segments_expected": 4, "frames_per_second": 20.0, "remaining_seconds": 0.0},
        result={"output": f"data://out/{number}.mp4"},
        attempt=1,
        cancel_asked=False,
        created=now(),
        started=now(),
        ended=now(),
    )  # fmt: skip


def _timed(run: Callable[[], object], runs: int) -> list[float]:
    seconds: list[float] = []
    for _ in range(runs):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return seconds


def _spread(seconds: Sequence[float]) -> Row:
    ordered = sorted(seconds)
    return {
        "median_ms": _ms(statistics.median(ordered)),
        "p95_ms": _ms(ordered[int(0.95 * (len(ordered) - 1))]),
        "worst_ms": _ms(ordered[-1]),
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
