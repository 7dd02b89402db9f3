"""Filters of every origin, ready to paint and known by a digest."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from rotoscope.errors import UnknownFilter
from rotoscope.filters.base import Filter
from rotoscope.filters.card import Card
from rotoscope.filters.neural import NeuralFilter
from rotoscope.palette.palette import Palette
from rotoscope.palette.third_party import ImportOptions
from rotoscope.runtime.graph import Precision


@dataclass(frozen=True, slots=True, eq=False)
class Painter:
    """A filter and what is known of it."""

    filter: Filter
    digest: str
    """Of all that decides its output; for a file without a margin given, the file's SHA-256."""
    parameters: int | None
    """Numbers it has learned; None where that is not known."""


def load_painter(
    palette: Palette,
    spec: str,
    *,
    precision: Precision,
    threads: int | None,
    margin: int | None = None,
) -> Painter:
    """Make a filter ready.

    Args:
        palette: for names.
        spec: as after ``rotoscope stylize --filter``; or a file or folder that
            ``rotoscope filters import`` takes, which is imported for the time being only.
        precision: of neural filters.
        threads: None: all cores.
        margin: border of a network that is imported; None: what importing chooses.

    Raises:
        RotoscopeError: as :meth:`Palette.load` and :meth:`Palette.import_file`.
    """
    path = Path(spec)
    if not path.exists():
        if path.suffix and ":" not in spec:
            raise UnknownFilter(f"there is no file {spec}, nor has a filter that name.")
        filter = palette.load(spec, precision=precision, threads=threads)
        return Painter(filter, filter.digest, _parameters(filter))
    digest = digest_of(path)
    options = None if margin is None else ImportOptions(margin=margin)
    with tempfile.TemporaryDirectory() as folder:
        lent = Palette(Path(folder))
        entry = lent.import_file(path, name=f"measured-{digest[:12]}", options=options)
        filter = lent.load(entry.name, precision=precision, threads=threads)
    given = digest if margin is None else sha256(f"{digest} margin {margin}".encode()).hexdigest()
    return Painter(filter, given, _parameters(filter))


def digest_of(path: Path) -> str:
    """SHA-256 (hex) of a file; of a folder: of its files' names and digests."""
    if path.is_dir():
        lines = [f"{file.name} {digest_of(file)}" for file in sorted(path.iterdir()) if file.is_file()]
        return sha256("\n".join(lines).encode()).hexdigest()
    return sha256(path.read_bytes()).hexdigest()


def _parameters(filter: Filter) -> int | None:
    card: Card | None = filter.card if isinstance(filter, NeuralFilter) else None
    return card.cost.parameters if card is not None and card.cost is not None else None
