"""A published gallery: how heavy its pages are, how long publishing takes, and publishing again.

``python -m bench.gallery [WORKS]`` publishes so many works (default 24) of 1600x1200 pixels.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from rotoscope.palette.palette import Palette
from rotoscope.publish.collection import Collection
from rotoscope.publish.publishing import palette_by_name, publish, to_publish
from rotoscope.publish.site.options import SiteOptions
from rotoscope.publish.targets.folder import FolderTarget
from rotoscope.publish.work import UsedFilter, Work
from rotoscope.publish.writing import write_collection
from rotoscope.scenes.flight import Flight, FlightOptions

_SIZE = (1600, 1200)
_RENDERED = (10, 40, 70)
"""Frames of the flight; each work shows one of them, moved by some pixels."""


def measure_gallery(folder: Path, *, works: int) -> list[dict[str, Any]]:
    """Seconds and bytes of a site of so many works."""
    collection = _make(folder / "flight", works)
    palette = palette_by_name(Palette(Path("none")))
    site, options = folder / "site", SiteOptions("Gallery", url="https://example.org/")
    rows: list[dict[str, Any]] = []

    def timed(case: str) -> None:
        started = time.perf_counter()
        report = publish([to_publish(folder / "flight")], FolderTarget(site), options, palette)
        seconds = round(time.perf_counter() - started, 2)
        written = len(report.changes.added) + len(report.changes.changed)
        rows.append({"case": case, "s": seconds, "files written": written})

    timed(f"{works} works, new")
    timed("again, nothing changed")
    first = collection.works[0].model_copy(update={"caption": "Another caption."})
    changed = collection.model_copy(update={"works": (first, *collection.works[1:])})
    write_collection(folder / "flight", changed)
    timed("again, one caption changed")
    rows += [
        {"case": name, **_weight(site, path)}
        for name, path in (
            ("first page", "index.html"),
            ("collection", "collections/flight/index.html"),
            ("work", "collections/flight/work-000.html"),
            ("filter", "filters/great-wave.html"),
        )
    ]
    return rows


def _weight(site: Path, path: str) -> dict[str, Any]:
    """Bytes of a page and of what it needs before pictures; and of its pictures at 960 pixels in WebP."""
    text = (site / path).read_text()
    parts = re.findall(r'(?:href|src)="([^"]+\.(?:css|js|svg))"', text)
    code = sum((site / path).parent.joinpath(part).stat().st_size for part in parts)
    pictures = {
        (site / path).parent.joinpath(one).resolve() for one in re.findall(r'([^\s",]+-\d+\.webp) 960w', text)
    }
    return {
        "page and code, bytes": len(text.encode()) + code,
        "pictures at 960, bytes": sum(picture.stat().st_size for picture in pictures),
    }


def _make(folder: Path, works: int) -> Collection:
    flight = Flight(FlightOptions(frame_size=_SIZE, frame_count=96))
    media = folder / "media"
    media.mkdir(parents=True)
    made: list[Work] = []
    rendered = [np.asarray(flight.render(frame).pixels) for frame in _RENDERED]
    for index in range(works):
        pixels = np.roll(rendered[index % len(rendered)], 8 * index, axis=1)
        name = f"work-{index:03}"
        Image.fromarray(pixels).save(media / f"{name}-source.jpg", quality=92)
        Image.fromarray(pixels[..., ::-1]).save(media / f"{name}.jpg", quality=92)
        made.append(
            Work(
                name=name,
                title=f"Work {index}",
                kind="picture",
                file=f"media/{name}.jpg",
                source=f"media/{name}-source.jpg",
                filters=(UsedFilter(filter="great-wave"),),
            )
        )
    collection = Collection(name="flight", title="Flight", works=tuple(made))
    write_collection(folder, collection)
    return collection


def main(arguments: Sequence[str]) -> None:
    """Measure, and print a line for each case."""
    works = int(arguments[0]) if arguments else 24
    with tempfile.TemporaryDirectory() as folder:
        for row in measure_gallery(Path(folder), works=works):
            sys.stdout.write("  ".join(f"{name}: {value}" for name, value in row.items()) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
