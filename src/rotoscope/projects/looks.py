"""The looks of a project: files, what they are loaded to, and over which frames they lie."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rotoscope.errors import ProjectError
from rotoscope.filters.base import Filter, arithmetic_of
from rotoscope.projects.records import LOOKS, LookSpan
from rotoscope.render.any_look import AnyLook
from rotoscope.render.looks.building import Overrides, build_look
from rotoscope.render.looks.reading import parse_look

LoadFilter = Callable[[str], Filter]
"""From what one types after ``--filter`` to a filter."""


@dataclass(frozen=True, slots=True)
class LookFile:
    """A look as a project keeps it."""

    name: str
    """``looks/dusk.yaml``."""
    text: str

    @property
    def title(self) -> str:
        """``dusk``."""
        return Path(self.name).stem


BuildLook = Callable[[LookFile], AnyLook]
"""From a look of a project to one that is ready to paint."""


def look_of_file(path: Path) -> LookFile:
    """A look file, under its own name.

    Raises:
        ProjectError: it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ProjectError(f"{path} cannot be read: {reason}. Give a look file, e.g. dusk.yaml.") from error
    return LookFile(_file_name(path.stem), text if text.endswith("\n") else f"{text}\n")


def look_of_document(title: str, document: Mapping[str, Any]) -> LookFile:
    """A look that was given as JSON, under a name that people gave it."""
    return LookFile(_file_name(title), yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True))


def look_of_filters(names: Sequence[str], *, strength: float = 1.0) -> LookFile:
    """A look file that paints with a filter, or a chain of them."""
    document: dict[str, Any] = {
        "look": 1,
        "layers": [{"filter": names[0] if len(names) == 1 else list(names)}],
    }
    if strength != 1:
        document["strength"] = strength
    title = "-".join(re.split(r"[/\\]", name)[-1] for name in names)
    return LookFile(_file_name(title), yaml.safe_dump(document, sort_keys=False))


def build(look: LookFile, folder: Path, load_filter: LoadFilter) -> AnyLook:
    """A project's look, ready to paint; files that it names lie in the project's ``looks``.

    Raises:
        InvalidLook: it is not in order; every fault is named with its line.
    """
    parsed = parse_look(look.text, name=look.name)
    return build_look(parsed, folder / LOOKS, load_filter, overrides=Overrides())


def lay(timeline: Iterable[LookSpan], new: LookSpan) -> list[LookSpan]:
    """A timeline with a look laid over a range, in place of what was there."""
    spans = [new]
    for span in timeline:
        if span.first < new.first:
            spans.append(span.model_copy(update={"stop": min(span.stop, new.first)}))
        if span.stop > new.stop:
            spans.append(span.model_copy(update={"first": max(span.first, new.stop)}))
    joined: list[LookSpan] = []
    for span in sorted(spans, key=lambda span: span.first):
        last = joined[-1] if joined else None
        if last and last.stop == span.first and (last.look, last.coherence) == (span.look, span.coherence):
            joined[-1] = last.model_copy(update={"stop": span.stop})
        else:
            joined.append(span)
    return joined


def runs_of(timeline: Iterable[LookSpan], count: int) -> Iterator[tuple[int, int, LookSpan | None]]:
    """First, stop and span of every run of frames, those under no look included."""
    at = 0
    for span in timeline:
        if at < span.first:
            yield at, span.first, None
        yield span.first, span.stop, span
        at = span.stop
    if at < count:
        yield at, count, None


def arithmetic(look: AnyLook) -> tuple[str | None, str | None]:
    """Runtime and precision that decide the last bits of a look; Nones where nothing varies."""
    told = sorted({said for painter in look.painters if (said := arithmetic_of(painter))})
    if not told:
        return None, None
    pairs = [one.rpartition(" ") for one in told]
    return " + ".join(pair[0] for pair in pairs), " + ".join(dict.fromkeys(pair[2] for pair in pairs))


def _file_name(title: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", title).strip("-.") or "look"
    return f"{LOOKS}/{plain}.yaml"
