"""Lists in pages: ``?limit=50&after=<cursor>``."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from rotoscope.api.refusals import InvalidRequest, RequestFault

T = TypeVar("T")
Row = TypeVar("Row")
_MOST: Final = 200
_USUAL: Final = 50
_HIGHEST: Final = 2**31 - 1


class Page(BaseModel, Generic[T]):
    """A part of a list."""

    items: list[T]
    next: str | None = Field(description="The cursor of what follows, for `after`; null: nothing follows.")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is asked for."""

    limit: int
    """How many at most, 1 to 200."""
    after: str | None
    """The position after which it begins: what the last page's ``key`` gave. None: the beginning."""

    @property
    def after_number(self) -> int:
        """The same of a list whose positions are numbers from 0; -1 for the beginning."""
        is_number = self.after is not None and self.after.isdecimal()
        return min(int(self.after or 0), _HIGHEST) if is_number else -1

    def cut(
        self, rows: Sequence[Row], present: Callable[[Row], T], key: Callable[[Row], str | int]
    ) -> Page[T]:
        """The page made of rows that begin after ``after``.

        Args:
            rows: in order, at most ``limit + 1``; one more than ``limit`` says that more follow.
            present: a row as it is shown.
            key: a row's position.
        """
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        return Page[T](
            items=[present(row) for row in shown], next=encode_cursor(key(shown[-1])) if more else None
        )


def encode_cursor(position: str | int) -> str:
    """A position as an opaque text."""
    return base64.urlsafe_b64encode(json.dumps([position]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """The position in a cursor.

    Raises:
        InvalidRequest: it is no cursor of ours.
    """
    try:
        (position,) = json.loads(
            base64.b64decode(f"{cursor}{'=' * (-len(cursor) % 4)}", b"-_", validate=True)
        )
    except (ValueError, TypeError, binascii.Error):
        position = None
    if not isinstance(position, str | int) or "\0" in str(position):
        told = "is not a cursor; give what the page before has as next, unchanged"
        raise InvalidRequest(f"The query's after {told}.", [RequestFault("query.after", told)])
    return str(position)


def page_request(
    limit: Annotated[int, Query(ge=1, le=_MOST, description="How many at most.")] = _USUAL,
    after: Annotated[
        str | None,
        Query(max_length=4000, description="The cursor `next` of the page before; left out: the first page."),
    ] = None,
) -> PageRequest:
    """Which part of a list is asked for."""
    return PageRequest(limit, None if after is None else decode_cursor(after))


UsePage = Annotated[PageRequest, Depends(page_request)]
"""A route's parameter that gets the page that is asked for."""
