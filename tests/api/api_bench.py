"""An application over a fresh database and folder, and clients that talk to it."""

from __future__ import annotations

import warnings
from pathlib import Path

from rotoscope.api.app import create_app
from rotoscope.api.key_book import ALL_SCOPES, KeyBook, KeyScope
from rotoscope.api.services import make_services
from rotoscope.database.engine import Database
from rotoscope.database.tables import Table
from rotoscope.settings import Settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have httpx2
    from starlette.testclient import TestClient


class Bench:
    """One service."""

    def __init__(
        self, folder: Path, *, requests_per_minute: int | None = None, database_url: str = ""
    ) -> None:
        self.settings = Settings(
            data_dir=folder / "data", cache_dir=folder / "cache", database_url=database_url
        )
        self.database = Database(self.settings.database)
        Table.metadata.create_all(self.database.engine)
        self.keys = KeyBook(self.database)
        self._requests_per_minute = requests_per_minute
        self._open()
        for name in ("ada", "bob"):
            self.keys.make_client(name, f"cli_{name}")

    def client(self, name: str = "ada", *scopes: KeyScope) -> TestClient:
        """A client of that name, ``ada`` or ``bob``, with a key of these scopes; by default all."""
        made = self.keys.make(f"cli_{name}", "a test's", scopes or ALL_SCOPES)
        return TestClient(self.app, headers={"Authorization": f"Bearer {made.secret}"})

    def restart(self) -> None:
        """End this process's part of it, and begin another's on the same database and store."""
        self.database.close()
        self.database = Database(self.settings.database)
        self.keys = KeyBook(self.database)
        self._open()

    def _open(self) -> None:
        self.services = make_services(
            self.settings, self.database, requests_per_minute=self._requests_per_minute
        )
        self.app = create_app(self.services)
        self.anonymous = TestClient(self.app)

    def close(self) -> None:
        """Give the database back."""
        self.database.close()
