"""Records put straight into a server's database: more than a test could have painted."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from rotoscope.database.columns import now
from rotoscope.database.engine import Database
from rotoscope.database.identity import new_id
from rotoscope.database.tables import JobRecord, Key, LedgerRow, SegmentRecord
from rotoscope.jobs.job import JobProgress


def add_jobs(folder: Path, count: int, *, state: str = "succeeded", **fields: object) -> list[str]:
    """Jobs that look as if they were done, with their ids; ``folder`` is the server's."""
    ids = [new_id("job") for _ in range(count)]
    with closing(_database(folder)) as database, database.writing() as session:
        client = session.scalars(select(Key.client_id)).first()
        assert client is not None
        for number, job_id in enumerate(ids):
            begun = now() - timedelta(seconds=2 * (count - number))
            row: dict[str, Any] = {
                "params": {
                    "source": f"data://in/clip-{number}.mp4",
                    "output": f"data://out/clip-{number}.mp4",
                    "filter": "great-wave",
                },
                "operation": "renders",
                "progress": asdict(JobProgress(step="assemble", frames_done=96, frames_expected=96)),
                "started": begun,
                "ended": begun + timedelta(seconds=1),
                **fields,
            }
            session.add(
                JobRecord(id=job_id, client_id=client, state=state, created=begun, priority=100, **row)
            )
    return ids


def add_segments(folder: Path, job_id: str, count: int, *, frames: int = 12) -> None:
    """Segments of a job, each slower than the one before; the last one waits."""
    with closing(_database(folder)) as database, database.writing() as session:
        for number in range(count):
            is_done = number < count - 1
            session.add(
                SegmentRecord(
                    job_id=job_id,
                    number=number,
                    first=number * frames,
                    stop=(number + 1) * frames,
                    key=f"{number:064x}",
                    state="succeeded" if is_done else "queued",
                    frames_done=frames if is_done else 0,
                    seconds=frames * (0.05 + 0.002 * number) if is_done else None,
                    worker="worker-1" if is_done else None,
                )
            )


def _database(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'data' / 'rotoscope.sqlite'}")


def add_spending(folder: Path, days: int) -> list[int]:
    """Rows of the ledger for jobs of two filters, one a day until yesterday; their costs, the latest last."""
    costs: list[int] = []
    filters = ("great-wave", "starry-night")
    jobs = [
        add_jobs(folder, 1, params={"source": "data://in/drone.mp4", "filter": name})[0] for name in filters
    ]
    with closing(_database(folder)) as database, database.writing() as session:
        key = session.scalars(select(Key)).first()
        assert key is not None
        for day in range(days, 0, -1):
            cost = 100_000 * (1 + day * 7 % 11)
            costs.append(cost)
            session.add(
                LedgerRow(
                    id=new_id("led"),
                    client_id=key.client_id,
                    key_id=key.id,
                    job_id=jobs[day % 2],
                    step="segment",
                    part=f"{day:064x}",
                    cpu_seconds=cost / 1e6,
                    elapsed_seconds=cost / 2e6,
                    frames=cost // 10_000,
                    video_seconds=cost / 250_000,
                    cost_micros=cost,
                    created=now() - timedelta(days=day),
                )
            )
    return costs
