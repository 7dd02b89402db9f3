"""A server in a process of its own, and a line to it that breaks when a test wants it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

from rotoscope.client import Client, first_key
from rotoscope.settings import KEY_VARIABLE, SERVER_VARIABLE

_START = re.compile(r"serves at (?P<url>http://\S+);")
_LINK = re.compile(r"start\?token=(?P<token>\S+)")
_SECONDS = 60


class RunningServer:
    """``rotoscope serve`` on a folder; may be killed and started again."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._folder = folder
        self._environment = environment
        self.printed = ""
        self.token = ""
        """From the link that gives the first key; it works once."""
        self.start()

    @cached_property
    def key(self) -> str:
        """With all scopes."""
        return first_key(self.url, self.token).key

    def start(self) -> None:
        """Start it; not for the first time, at the port that it had."""
        port = self.url.rpartition(":")[2] if self.printed else "0"
        others = {
            name: value for name, value in os.environ.items() if name not in (KEY_VARIABLE, SERVER_VARIABLE)
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        self._log = self._folder / "server.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "rotoscope.cli.main", "serve", "--port", port],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={
                    **others,
                    "PYTHONUNBUFFERED": "1",
                    "ROTOSCOPE_DATA_DIR": str(self._folder / "data"),
                    "ROTOSCOPE_CACHE_DIR": str(self._folder / "cache"),
                    **self._environment,
                },
            )
        self._await_start()
        if link := _LINK.search(self.printed):
            self.token = link["token"]

    @property
    def url(self) -> str:
        """Where it answers."""
        found = _START.search(self.printed)
        assert found is not None, self.printed
        return found["url"]

    def client(self, url: str | None = None, *, timeout: float = 120) -> Client:
        """A client of it, or of a line to it."""
        return Client(url or self.url, self.key, timeout=timeout)

    def kill(self) -> None:
        """As ``kill -9`` does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=_SECONDS)

    def end(self) -> None:
        """End it politely."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def _await_start(self) -> None:
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end:
            self.printed = self._log.read_text(encoding="utf-8")
            started = _START.search(self.printed) and (self.token or _LINK.search(self.printed))
            if started and self._answers():
                return
            assert self.process.poll() is None, self.printed
            time.sleep(0.05)
        raise AssertionError(f"the server did not start: {self.printed}")

    def _answers(self) -> bool:
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
            return True
        return False


@contextmanager
def running_server(folder: Path, **environment: str) -> Generator[RunningServer]:
    """A server for the time of a block."""
    server = RunningServer(folder, **environment)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.end()


class BreakingLine:
    """A line to a server that breaks: a connection is cut after so many bytes, as often as was asked."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("http://").rpartition(":")
        self._server = (host, int(port))
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.breaks_up: list[int] = []
        """Bytes that the next connections carry to the server before they break."""
        self.breaks_down: list[int] = []
        """The same to the client."""
        self.connections = 0
        self.carried_up = 0
        """Bytes, all connections together."""
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take the line away."""
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            up = self.breaks_up.pop(0) if self.breaks_up else None
            down = self.breaks_down.pop(0) if self.breaks_down else None
            there = socket.create_connection(self._server)
            for source, target, most in ((here, there, up), (there, here, down)):
                threading.Thread(target=self._carry, args=(source, target, most), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, most: int | None) -> None:
        carried = 0
        with suppress(OSError):
            while piece := source.recv(16_384):
                is_last = most is not None and carried + len(piece) > most
                piece = piece[: most - carried] if is_last and most is not None else piece
                target.sendall(piece)
                carried += len(piece)
                if target.getpeername() == self._server:
                    self.carried_up += len(piece)
                if is_last:
                    break
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
