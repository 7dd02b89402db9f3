"""``rotoscope serve``."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from rotoscope.cli.help_text import flow
from rotoscope.errors import ServiceError

if TYPE_CHECKING:
    import uvicorn

    from rotoscope.jobs.service import Service

_LAST_SECONDS: Final = 10
"""How long requests at hand may take when the server is asked to end."""
_WATCH_SECONDS: Final = 0.2

HELP = """Start the service: the studio in the browser, an HTTP API, and workers that do its jobs.

On one machine it needs nothing else: its database and files are in ROTOSCOPE_DATA_DIR. With
ROTOSCOPE_DATABASE_URL (PostgreSQL) and ROTOSCOPE_STORE (s3://bucket/prefix) several machines share the work;
see rotoscope worker.

The first start prints a link that opens the studio with a key, once (--new-link: again). Ctrl-C ends it;
jobs go on with the next start.

Examples:

  rotoscope serve

  rotoscope serve --port 8080

  rotoscope serve --host 0.0.0.0 --no-workers
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("serve", help=flow(HELP))(serve)


def serve(
    *,
    host: Annotated[
        str, typer.Option(help="Address to listen on; other than this machine's own: a risk.")
    ] = ("127.0.0.1"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8000,
    no_workers: Annotated[
        bool, typer.Option("--no-workers", help="Answer only; other processes do the jobs.")
    ] = False,
    rate_limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Most requests a minute of one client.")
    ] = None,
    device: Annotated[
        Literal["auto", "cpu", "cuda", "mps"], typer.Option(help="What is trained and optimized on.")
    ] = "auto",
    new_link: Annotated[
        bool, typer.Option("--new-link", help="Print a link for one more key, where the first is lost.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing.")] = False,
) -> None:
    """Parse, call, present."""
    import uvicorn  # noqa: PLC0415 - see cli.main

    from rotoscope.api.app import create_app  # noqa: PLC0415
    from rotoscope.api.services import make_services  # noqa: PLC0415
    from rotoscope.cli.worker import end_process  # noqa: PLC0415
    from rotoscope.jobs.service import open_service  # noqa: PLC0415
    from rotoscope.jobs.tasks import QUEUES  # noqa: PLC0415
    from rotoscope.settings import load_settings  # noqa: PLC0415

    settings = load_settings(os.environ)
    listening = listen(host, port)
    with open_service(settings, queues=() if no_workers else QUEUES, device=device) as service:
        services = make_services(
            settings, service.database, book=service.book, requests_per_minute=rate_limit
        )
        app = create_app(services)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=_LAST_SECONDS,
        )
        if not quiet:
            _present(service, host, listening.getsockname()[1], new_link=new_link)
        server = uvicorn.Server(config)
        with _streams_end(server, app.state.ending):
            server.run(sockets=[listening])
        if not quiet:
            typer.echo("finishing what is at hand; jobs go on with the next start")
    end_process()


@contextmanager
def _streams_end(server: uvicorn.Server, ending: threading.Event) -> Generator[None]:
    """Let streams of events end as soon as the server is asked to; it waits for them.

    The server raises the signal that ended it once more when it is done; that must not end the process, which
    has work at hand.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: ending.set())

    def watch() -> None:
        while not (server.should_exit or ending.wait(_WATCH_SECONDS)):
            pass
        ending.set()

    watching = threading.Thread(target=watch, name="watch for the end", daemon=True)
    watching.start()
    try:
        yield
    finally:
        ending.set()
        watching.join()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        ServiceError: somebody else does, or there is no such address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise ServiceError(
            f"{host}:{port} cannot be listened on: {error.strerror or error}. Give another --port (0: any "
            "that is free), or another --host."
        ) from error
    return listening


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _present(service: Service, host: str, port: int, *, new_link: bool) -> None:
    from rotoscope.api.first_key import first_link  # noqa: PLC0415 - see cli.main

    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    typer.echo(f"Rotoscope serves at {url}; its documentation is at {url}/docs")
    typer.echo(f"the studio, for the browser: {url}/studio/")
    typer.echo(f"files and database: {service.settings.data_dir}")
    if not is_loopback(host):
        typer.echo(
            "whoever has a key may use it from elsewhere; start it once on 127.0.0.1 for the first key",
            err=True,
        )
        return
    link = first_link(service.database, url, anew=new_link)
    if link is not None:
        typer.echo(f"open this link once for your key: {link}")
