"""The client: a server's API as Python."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

from rotoscope.client.access import Clients, Connectors, Keys, Webhooks
from rotoscope.client.collections import Collections
from rotoscope.client.connection import USUAL_TRIES, Connection
from rotoscope.client.economics import Budgets, Quotes, RatesAndPlans, Usage
from rotoscope.client.events import Events
from rotoscope.client.files import Files
from rotoscope.client.filters import Filters
from rotoscope.client.images import Images, PictureUrls
from rotoscope.client.jobs import Jobs
from rotoscope.client.looks import Looks
from rotoscope.client.media import Media
from rotoscope.client.projects import Projects
from rotoscope.client.records import NewKey
from rotoscope.client.trainings import Trainings
from rotoscope.client.watches import Watches

_TIMEOUT_SECONDS: Final = 120.0


class Client:
    """A Rotoscope server, reached by its API alone.

    ::

        with Client("http://127.0.0.1:8000", key) as client:
            client.files.upload("drone.mp4", "data://in/drone.mp4")
            job = client.jobs.create(
                "renders", source="data://in/drone.mp4", output="data://out/painted.mp4", filter="great-wave"
            )
            client.jobs.wait(job.id)
            client.files.download("data://out/painted.mp4", "painted.mp4")

    Every request is sent again where the server was away or asked for patience; none is served twice. May be
    used by several threads.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        tries: int = USUAL_TRIES,
        timeout: float = _TIMEOUT_SECONDS,
    ) -> None:
        """Make a client; nothing is sent yet.

        Args:
            url: of the server, such as ``http://127.0.0.1:8000``.
            key: that the server gave; None: what needs none.
            tries: how often a request is sent at most, 1 or more.
            timeout: seconds for which an answer may keep silent.

        Raises:
            InvalidOptions: the address or the key cannot be one.
        """
        self._line = Connection(url, key, tries=tries, timeout=timeout)
        self.files = Files(self._line)
        self.media = Media(self._line)
        self.images = Images(self._line)
        self.picture_urls = PictureUrls(self._line)
        self.filters = Filters(self._line)
        self.looks = Looks(self._line)
        self.collections = Collections(self._line)
        self.jobs = Jobs(self._line)
        self.trainings = Trainings(self.jobs)
        self.projects = Projects(self._line, self.jobs)
        self.quotes = Quotes(self.jobs)
        self.rates = RatesAndPlans(self._line)
        self.budgets = Budgets(self._line)
        self.usage = Usage(self._line)
        self.events = Events(self._line)
        self.watches = Watches(self._line)
        self.keys = Keys(self._line)
        self.clients = Clients(self._line)
        self.webhooks = Webhooks(self._line)
        self.connectors = Connectors(self._line)

    @property
    def url(self) -> str:
        """Of the server."""
        return self._line.url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the line up."""
        self._line.close()


def first_key(url: str, token: str) -> NewKey:
    """The key that the link leads to which a server prints at its first start.

    Args:
        url: of the server.
        token: from the link. It works once.

    Raises:
        ApiError: the token is not known, or was used.
        ServerUnreachable: the server does not answer.
    """
    line = Connection(url, None, tries=USUAL_TRIES, timeout=_TIMEOUT_SECONDS)
    try:
        return line.read(NewKey, "POST", "/v1/start", json={"token": token})
    finally:
        line.close()
