"""What a route says of itself to what surrounds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from starlette.types import Scope

from rotoscope.api.paths import known_path

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
MEBIBYTE: Final = 1024 * 1024
_ATTRIBUTE: Final = "rotoscope_traits"


@dataclass(frozen=True, slots=True)
class Traits:
    """What is particular to a route."""

    largest_body: int | None = MEBIBYTE
    """Bytes; None: the route reads a stream and sees to it itself."""
    keeps_answer: bool = True
    """Whether an Idempotency-Key matters: not where the body is a stream, or doing it twice is as once."""
    shows_secret: bool = False
    """Whether the answer holds what may not be kept."""
    counted: bool = True
    """Whether requests count towards the limit of requests."""


_USUAL: Final = Traits()


def traits(of: Traits) -> Callable[[Endpoint], Endpoint]:
    """Decorates the function of a route; below the route's own decorator."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _ATTRIBUTE, of)
        return endpoint

    return mark


def traits_of(endpoint: Callable[..., Any] | None) -> Traits:
    """What the function of a route was decorated with."""
    found = getattr(endpoint, _ATTRIBUTE, _USUAL)
    return found if isinstance(found, Traits) else _USUAL


def traits_in(scope: Scope) -> Traits:
    """The traits of the route that a request goes to."""
    path = known_path(scope)
    return traits_of(path.endpoints.get(scope["method"])) if path else _USUAL
