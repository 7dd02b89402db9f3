"""Filters that are ready to paint, kept for whoever asks next."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final, TypeAlias

from rotoscope.filters.base import Filter
from rotoscope.filters.kinds import KINDS
from rotoscope.filters.spec import parse_filter_spec, parse_mixture
from rotoscope.palette.palette import Palette

_MOST: Final = 8
"""Filters kept. A bundled one that has painted many sizes of 0.8 megapixels takes 100 to 140 MB."""
_Key: TypeAlias = tuple[str, tuple[str, ...]]


class FilterShelf:
    """Loaded filters, the longest unused of which go first.

    They are told apart by what was asked for and by the contents of the files behind it: clients share them,
    and a file that was replaced is another filter. One filter paints one picture at a time: whoever takes one
    sees to that.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[_Key, Filter] = OrderedDict()

    def load(self, palette: Palette, spec: str, *, keep: bool = True) -> Filter:
        """As :meth:`rotoscope.palette.palette.Palette.load`, from the shelf where it is there.

        Args:
            palette: of whoever asks.
            spec: as typed after ``--filter``.
            keep: False for large pictures: a network that is compiled for one takes as much more memory.
        """
        digests = filter_digests(palette, spec)
        if digests is None or not keep:
            return palette.load(spec)
        key = (spec, digests)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = palette.load(spec)
        with self._lock:
            kept = self._kept.setdefault(key, made)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return kept

    def __len__(self) -> int:
        return len(self._kept)


def filter_digests(palette: Palette, spec: str) -> tuple[str, ...] | None:
    """SHA-256 of the files behind a filter, as typed; None where that does not tell what it paints.

    Raises:
        UnknownFilter, DuplicateFilter, InvalidOptions: as :meth:`rotoscope.palette.palette.Palette.load`.
    """
    mixture = parse_mixture(spec)
    found: list[str] = []
    for part in [spec] if mixture is None else [part for part, _ in mixture]:
        parsed = parse_filter_spec(part)
        kind = KINDS.get(parsed.name)
        if parsed.is_path or (kind and kind.file_options & {option.name for option in parsed.options}):
            return None
        found.append("" if kind else palette.get(parsed.name).digest or "")
    return tuple(found)
