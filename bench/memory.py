"""Peak memory of whole commands, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.clips import flight_720p, flight_2160p, flight_twice_as_long
from rotoscope.media.probe import inspect_media


def measure_memory(folder: Path, name: str) -> list[dict[str, Any]]:
    """Megabytes at 720p, twice as long at 720p, and at 3840x2160."""
    clips = (flight_720p(folder), flight_twice_as_long(folder), flight_2160p(folder))
    rows: list[dict[str, Any]] = []
    for clip in clips:
        info = inspect_media(clip).video
        frame_count = info.frame_count_from_content or 0
        output = folder / "memory.mp4"
        peak, seconds = peak_and_seconds(
            [sys.executable, "-m", "rotoscope.cli.main", "stylize", str(clip), str(output),
             "--filter", name, "--overwrite", "--quiet"]
        )  # fmt: skip
        output.unlink()
        rows.append(
            {
                "case": f"{info.frame_size[0]}x{info.frame_size[1]}, {frame_count} frames",
                "peak_mb": round(peak / 1e6),
                "frames_per_second": round(frame_count / seconds, 1),
            }
        )
    return rows


def peak_and_seconds(command: list[str]) -> tuple[int, float]:
    """Peak resident bytes and wall-clock seconds, start-up included.

    The kernel's own figure for an ended child (``ru_maxrss``) starts at the parent's size when it forked, so
    the child's high-water mark is read while it runs, where the system shows it.
    """
    began = time.perf_counter()
    process = subprocess.Popen(command)
    peak = 0
    while process.poll() is None:
        peak = max(peak, _high_water_mark(process.pid))
        time.sleep(0.02)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return peak, time.perf_counter() - began


def _high_water_mark(pid: int) -> int:
    """Peak resident bytes of a running process; 0 where the system does not show it or it has just ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(line.split()[1]) * 1024
