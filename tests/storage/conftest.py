"""A real S3 server for the tests: moto's, in a thread."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import S3Backend, s3_backends
from werkzeug.serving import make_server

from rotoscope.storage.connectors import Connector, ConnectorSettings
from rotoscope.storage.opening import connect

_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class S3Server:
    """An S3 server, and its innards."""

    endpoint: str

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

    def __init__(self, app: Any) -> None:
        self._app = app
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] in ("PUT", "POST"):
            with self._lock:
                return self._app(environ, start_response)
        return self._app(environ, start_response)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = _OneWriterAtATime(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield S3Server(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
