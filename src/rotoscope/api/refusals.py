"""Errors that only make sense to somebody who talks HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rotoscope.errors import RotoscopeError


@dataclass(frozen=True, slots=True)
class RequestFault:
    """One thing that is wrong in a request."""

    where: str
    """Such as ``body.params.uri`` or ``query.limit``."""
    told: str
    """What is wrong."""


class Refusal(RotoscopeError):
    """A request is not served."""

    def __init__(self, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.headers = dict(headers or {})
        """Headers that the answer has to carry."""


class NotAuthenticated(Refusal):
    """No valid key was shown."""


class ScopeMissing(Refusal):
    """The key does not allow this."""


class OperatorOnly(Refusal):
    """Only whoever runs the service may do this."""


class NotFound(Refusal):
    """There is nothing of that name."""


class MethodNotAllowed(Refusal):
    """The path does not know that method."""


class NotAcceptable(Refusal):
    """The answer cannot be given in a form that was asked for."""


class Conflict(Refusal):
    """What is there stands against it."""


class Gone(Refusal):
    """It was there, and is over."""


class PreconditionFailed(Refusal):
    """A condition of the request does not hold."""


class ContentTooLarge(Refusal):
    """The body is larger than this path takes."""


class UnsupportedContent(Refusal):
    """The body's type is not one that this path takes."""


class RangeNotSatisfiable(Refusal):
    """The range lies outside the file."""


class InvalidHeader(Refusal):
    """A header cannot be read."""


class InvalidRequest(Refusal):
    """The request does not fit its description."""

    def __init__(self, message: str, faults: Sequence[RequestFault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)
        """All that is wrong."""


class IdempotencyKeyReused(Refusal):
    """The Idempotency-Key came with another request before."""


class RequestInProgress(Refusal):
    """The first request with this Idempotency-Key is still at work."""


class AnswerNotKept(Refusal):
    """The first answer to this Idempotency-Key cannot be given again."""


class TooManyRequests(Refusal):
    """The limit of requests is reached."""


class Busy(Refusal):
    """More is asked for than can be done at once."""


class ChecksumDiffers(Refusal):
    """The bytes that arrived have another checksum than was announced."""


class UnexpectedFault(Refusal):
    """Something unexpected went wrong."""


def quoted(name: str, most: int = 80) -> str:
    """What somebody sent, fit to be shown in a message."""
    return repr(name if len(name) <= most else f"{name[:most]}…")
