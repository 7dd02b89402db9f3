"""Which server, and the key that is shown to it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from rotoscope.errors import InvalidOptions, OpenError
from rotoscope.settings import KEY_VARIABLE, SERVER_VARIABLE

if TYPE_CHECKING:
    from rotoscope.client import Client

Server: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Have it done by this server (rotoscope serve), such as http://127.0.0.1:8000; default: what "
        "ROTOSCOPE_SERVER says, else this machine.",
    ),
]
KeyFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Holds the server's key; default: what ROTOSCOPE_API_KEY says."),
]


@dataclass(frozen=True)
class ServerChoice:
    """Where the work is done."""

    server: Server = None
    key_file: KeyFile = None

    @property
    def url(self) -> str | None:
        """Of the server; None: this machine."""
        return self.server or os.environ.get(SERVER_VARIABLE) or None

    def connect(self) -> Client:
        """A client of the server.

        Raises:
            InvalidOptions: no server was named, its address cannot be one, or there is no key.
            OpenError: the file with the key cannot be read.
        """
        from rotoscope.client import Client  # noqa: PLC0415 - see cli.main

        if self.url is None:
            raise InvalidOptions(
                f"No server was named. Give --server with its address, such as http://127.0.0.1:8000, or set "
                f"{SERVER_VARIABLE}; rotoscope serve starts one."
            )
        return Client(self.url, self._key())

    def _key(self) -> str:
        key = os.environ.get(KEY_VARIABLE) if self.key_file is None else _read(self.key_file)
        if not key or not key.strip():
            raise InvalidOptions(
                f"{self.url} wants a key. Set {KEY_VARIABLE}, or give --key-file with a file that holds it. "
                "The first start of rotoscope serve prints a link that leads to one."
            )
        return key.strip()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OpenError(
            f"The key cannot be read from {path}: {error}. Give a text file that holds it."
        ) from error
