"""Files that a server is to work with: URIs as they were typed, and local ones that are sent."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from rotoscope.cli.bar import share_bar
from rotoscope.cli.present import human_size
from rotoscope.errors import ApiError, InvalidOptions, OpenError
from rotoscope.storage.uri import is_uri

if TYPE_CHECKING:
    from collections.abc import Callable

    from rotoscope.client import Client, Transfer

_AS_PATH: Final = re.compile(r"(?P<scheme>[a-z0-9]+(?:\+[a-z0-9-]+)?):/(?P<rest>[^/].*)?", re.DOTALL)
_NUMBER: Final = re.compile(r"%0?\d*d")
_MARK: Final = 16
_UPLOADS: Final = "data://uploads/"


@dataclass(frozen=True)
class Result:
    """Where a job puts its result, and where that goes then."""

    uri: str
    local: Path | None
    """None: it stays at its URI."""


def uri_of(typed: str | Path, *, is_folder: bool = False) -> str | None:
    """The URI that was typed; None: it is a local path.

    Where a command takes paths, its parser has made ``data:/out/a.mp4`` of ``data://out/a.mp4``.

    Args:
        typed: as a command got it.
        is_folder: whether it names a folder, whatever it ends with.
    """
    text = str(typed)
    if isinstance(typed, Path) and (found := _AS_PATH.fullmatch(text)):
        text = f"{found['scheme']}://{found['rest'] or ''}"
    if not is_uri(text):
        return None
    return f"{text}/" if is_folder and not text.endswith("/") else text


def sent(
    client: Client, typed: str | Path, *, is_folder: bool = False, shown: bool = False, below: str = _UPLOADS
) -> str:
    """The URI of a source: the one that was typed, or where the local file or folder was sent.

    The name of that place is made of the contents, so that the same file is sent once.

    Args:
        client: of the server.
        typed: a file or folder of this machine, or a URI.
        is_folder: whether it is a folder, whatever it ends with.
        shown: whether a bar tells how far it is.
        below: the folder of the server where it goes; uploads are thrown away when no job needs them.

    Raises:
        OpenError: there is no such file.
        InvalidOptions: it is a pattern.
        ApiError, ServerUnreachable: it cannot be sent.
    """
    uri = uri_of(typed, is_folder=is_folder)
    if uri is not None:
        return uri
    path = Path(typed)
    if _NUMBER.search(path.name):
        raise InvalidOptions(f"{path} is a pattern. For a server give the folder: {path.parent}/.")
    if not path.exists():
        raise OpenError(
            f"{path} does not exist. Give a file or folder of this machine, or a URI such as data://in/a.mp4."
        )
    if path.is_dir():
        _refuse_library(path)
    place = f"{below}{_digest(path)}/{'' if path.is_dir() else quote(path.name)}"
    if not path.is_dir() and _is_there(client, place, path.stat().st_size):
        return place
    send = client.files.upload_folder if path.is_dir() else client.files.upload
    with share_bar("sending", shown=shown) as update:
        send(path, place, on_transfer=teller(update))
    return place


def result_place(output: Path, *, is_folder: bool, overwrite: bool) -> Result:
    """Where a job is to put its result.

    Raises:
        OutputExists, EncodeError: it could not be written on this machine.
        InvalidOptions: it is a pattern.
    """
    from rotoscope.client.downloads import require_place  # noqa: PLC0415 - see cli.main

    uri = uri_of(output, is_folder=is_folder or not output.suffix)
    if uri is not None:
        return Result(uri, None)
    if _NUMBER.search(output.name):
        raise InvalidOptions(f"{output} is a pattern. Of a server's work give a folder: {output.parent}/.")
    is_folder = is_folder or not output.suffix
    if not (is_folder and output.is_dir() and not any(output.iterdir())):
        require_place(output, overwrite=overwrite)
    base = f"data://results/{secrets.token_hex(8)}/{quote(output.name)}"
    return Result(f"{base}/" if is_folder else base, output)


def fetch_result(client: Client, result: Result, *, overwrite: bool, shown: bool) -> None:
    """Get a result that is to be on this machine, and delete it on the server.

    Raises:
        ApiError, ServerUnreachable, CorruptTransfer, OutputExists: it cannot be had.
    """
    if result.local is None:
        return
    with share_bar("getting", shown=shown) as update:
        tell = teller(update)
        get = client.files.download_folder if result.uri.endswith("/") else client.files.download
        get(result.uri, result.local, overwrite=overwrite, on_transfer=tell)
    found = [file.uri for file in client.files.list(result.uri)] if result.uri.endswith("/") else [result.uri]
    for uri in found:
        client.files.delete(uri)


def teller(update: Callable[[float, str], None] | None) -> Callable[[Transfer], None] | None:
    """What tells a bar how far a transfer is."""
    if update is None:
        return None

    def tell(transfer: Transfer) -> None:
        share = transfer.done_bytes / max(1, transfer.total_bytes)
        update(share, f"{human_size(transfer.done_bytes)}/{human_size(transfer.total_bytes)}")

    return tell


def _is_there(client: Client, uri: str, size: int) -> bool:
    try:
        return client.files.stat(uri).size_bytes == size
    except ApiError as error:
        if error.code != "stored-file-not-found":
            raise
        return False


def _refuse_library(folder: Path) -> None:
    inner = next((one for one in folder.iterdir() if one.is_dir() and not one.name.startswith(".")), None)
    if inner is not None:
        raise InvalidOptions(
            f"{folder} has folders in it, such as {inner.name}. A server takes the stills of one folder: "
            "give it folder by folder, or leave --server out."
        )


def _digest(path: Path) -> str:
    """Of a file's contents, or of the names and contents in a folder."""
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:_MARK]
    inner = sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))
    told = "\n".join(f"{one.name} {_digest(one)}" for one in inner)
    return hashlib.sha256(told.encode()).hexdigest()[:_MARK]
