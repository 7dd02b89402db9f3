"""An S3 server for the tests: moto's, in a thread."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import S3Backend, s3_backends
from werkzeug.serving import make_server

from rotoscope.storage.connectors import Connector, ConnectorSettings
from rotoscope.storage.opening import connect

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class S3Server:
    """An S3 server, and its innards."""

    endpoint: str
    written: list[WSGIEnvironment]
    """The requests that wrote something."""

    @property
    def backend(self) -> S3Backend:
        return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]

    def new_bucket(self) -> str:
        """The name of a bucket that was empty until now."""
        name = f"bucket-{next(_NUMBERS)}"
        self.backend.create_bucket(name, "us-east-1")
        return name

    def keys(self, bucket: str) -> list[str]:
        """All that lies in a bucket, what no store lists included."""
        return sorted(self.backend.buckets[bucket].keys)

    def settings(self, place: str, **more: object) -> ConnectorSettings:
        """Settings of a connector to a place here."""
        return ConnectorSettings.read(
            {
                "scheme": "s3",
                "place": place,
                "options": {"endpoint": self.endpoint, "region": "us-east-1"},
                **more,
            },
            {"access_key_id": "key", "secret_access_key": "secret"},
        )

    def connector(self, place: str, **more: object) -> Connector:
        """A connector to a place here."""
        return connect(self.settings(place, **more))


class _OneWriterAtATime:
    """S3's conditional writes are atomic; moto's are when no other write goes on meanwhile."""

    def __init__(self, app: WSGIApplication) -> None:
        self.requests: list[WSGIEnvironment] = []
        self._app = app
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in ("PUT", "POST"):
            self.requests.append(environ)
            with self._lock:
                return self._app(environ, start_response)
        return self._app(environ, start_response)


@contextmanager
def running_s3_server() -> Generator[S3Server]:
    """A server on a free port."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = _OneWriterAtATime(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield S3Server(f"http://127.0.0.1:{server.server_port}", app.requests)
    server.shutdown()
    thread.join()
    server.server_close()
