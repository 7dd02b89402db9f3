"""A server of its own process, over a fresh folder."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from rotoscope.api.key_book import ALL_SCOPES, KeyBook
from rotoscope.database.engine import Database
from rotoscope.settings import Settings

CLIENT = "cli_bench"
_STARTS_WITHIN = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    url: str
    key: str
    pid: int
    database: Database

    def client(self) -> httpx.Client:
        """Somebody who asks."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=120)

    @property
    def resident_mb(self) -> float:
        """Memory that the process has now."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1000
        raise RuntimeError("the server has ended")


@contextmanager
def running(folder: Path) -> Generator[Server]:
    """A server over an empty folder, ended afterwards."""
    settings = _settings(folder)
    database = Database(settings.database)
    database.migrate()
    keys = KeyBook(database)
    keys.make_client("bench", CLIENT)
    key = keys.make(CLIENT, "bench", ALL_SCOPES).secret
    port = _free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.api.server", str(folder), str(port)])
    try:
        url = f"http://127.0.0.1:{port}"
        _await(url)
        yield Server(url, key, process.pid, database)
    finally:
        process.terminate()
        process.wait(20)
        database.close()


def serve(folder: Path, port: int) -> None:
    """What the process does."""
    import uvicorn  # noqa: PLC0415 - only this process serves

    from rotoscope.api.app import create_app  # noqa: PLC0415
    from rotoscope.api.services import make_services  # noqa: PLC0415

    settings = _settings(folder)
    app = create_app(make_services(settings, Database(settings.database)))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


def _settings(folder: Path) -> Settings:
    return Settings(data_dir=folder / "data", cache_dir=folder / "cache")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _await(url: str) -> None:
    for _ in range(_STARTS_WITHIN * 10):
        try:
            if httpx.get(f"{url}/readyz").is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start within {_STARTS_WITHIN} s")


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
