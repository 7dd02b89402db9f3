"""The pages and parts of pages that are written by the program itself.

Write them anew with ``python tests/docs/reference_pages.py``; tests compare them with what is there.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import typer
from typer.models import CommandInfo, OptionInfo

from rotoscope import errors
from rotoscope.cli.main import app
from rotoscope.filters.kind import FilterKind
from rotoscope.filters.kinds import KINDS
from rotoscope.settings import CACHE_DIR_VARIABLE, DATA_DIR_VARIABLE

from api_pages import api_page, openapi_file
from doc_pages import ROOT
from palette_page import bundled_credits, palette_page

_MARKUP: Final = re.compile(r"\[/?bold\]")
_HOW: Final = "<!-- Written by tests/docs/reference_pages.py from the program itself; do not edit. -->"

_CLASSICAL_FILTERS: Final = """\
Filters that are made from options alone, without a file. Options come after a colon, separated by commas:

```bash
rotoscope stylize photo.jpg poster.png --filter posterize:levels=4,tones=channels
```

Every filter, neural ones too, takes the options `strength`, `stroke`, `clarity` and `color` as well: see
[chain and mix filters](../how-to/chain-and-mix.md)."""

_ERRORS: Final = """\
Everything that Rotoscope raises on purpose is one of these. Catch `RotoscopeError` to catch them all. A
message is one paragraph: what was given, what is allowed, what to do. The command line prints it and exits
with 1."""

_CATCHING: Final = """\
They are defined in `rotoscope.errors`; `RotoscopeError` is also a name of `rotoscope` itself.

```python
import rotoscope
from rotoscope.errors import OpenError

try:
    clip = rotoscope.open_clip("nowhere.mp4")
except OpenError as error:
    print(error)
```"""


def command_line() -> str:
    """``docs/reference/command-line.md``."""
    help_text = app.info.help
    assert isinstance(help_text, str)
    lines = [_HOW, "", "# Command line", "", *_help_lines(help_text)]
    for name, command in _walk(app, "rotoscope"):
        parameters = _parameters(command)
        lines += [f"## `{name}`", "", *_help_lines(command.help or inspect.getdoc(command.callback) or "")]
        lines += ["```text", " ".join([name, *_usage(parameters)]), "```", "", *_table(parameters)]
    lines += [
        "## Exit codes",
        "",
        "| code | means |",
        "|---|---|",
        "| 0 | done |",
        "| 1 | an error: one paragraph on standard error says what was given, what is allowed, what to do; "
        "or `check` found a loss, or `filters verify` a broken promise |",
        "| 2 | the command was typed wrongly: an unknown option, a missing argument |",
        "| 130 | stopped by Ctrl-C |",
        "",
        'With `--json` an error is printed as `{"error": {"type": …, "message": …}}` on standard output; the '
        "types are those of [errors](errors.md), and `UsageError` for a command that was typed wrongly.",
        "",
        "## Environment",
        "",
        "| variable | means |",
        "|---|---|",
        f"| `{DATA_DIR_VARIABLE}` | where own filters are kept, in `filters/` below it |",
        f"| `{CACHE_DIR_VARIABLE}` | where downloads and unfinished trainings are kept |",
    ]
    return "\n".join(lines).rstrip() + "\n"


def _walk(group: typer.Typer, path: str) -> Iterator[tuple[str, CommandInfo]]:
    for command in group.registered_commands:
        yield f"{path} {command.name}", command
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        yield from _walk(inner.typer_instance, f"{path} {inner.name}")


def _help_lines(text: str) -> list[str]:
    """Paragraphs as Markdown; indented lines (examples) as blocks of code."""
    lines: list[str] = []
    for paragraph in re.split(r"\n\s*\n", _MARKUP.sub("`", text.strip())):
        if paragraph.startswith("  "):
            if lines[-2:] == ["```", ""]:
                del lines[-2:]
            else:
                lines.append("```bash")
            lines += [paragraph.strip(), "```", ""]
        else:
            lines += [" ".join(paragraph.split()), ""]
    return lines


@dataclass(frozen=True, slots=True)
class _Parameter:
    """An argument or option as a user sees it."""

    names: tuple[str, ...]
    """Of an option, longest first; none for an argument."""
    value: str
    """What is given, e.g. ``PX``; empty for a flag."""
    help: str
    default: object
    """``inspect.Parameter.empty`` where it must be given."""

    @property
    def is_required(self) -> bool:
        return self.default is inspect.Parameter.empty


def _parameters(command: CommandInfo) -> list[_Parameter]:
    assert command.callback is not None
    hints = get_type_hints(command.callback, include_extras=True)
    found: list[_Parameter] = []
    for name, parameter in inspect.signature(command.callback).parameters.items():
        base, info = get_args(hints[name])
        is_flag = base is bool or bool in get_args(base)
        names = _option_names(name, info) if isinstance(info, OptionInfo) else ()
        value = "" if is_flag else (info.metavar or _value(base, info, name))
        found.append(_Parameter(names, value, info.help or "", parameter.default))
    return found


def _option_names(name: str, info: OptionInfo) -> tuple[str, ...]:
    # In an Annotated, Typer takes an option's first name for its default, and puts that right when it runs.
    first = (info.default,) if isinstance(info.default, str) else ()
    names = (*first, *(info.param_decls or ())) or (f"--{name.replace('_', '-')}",)
    return tuple(sorted(names, key=len, reverse=True))


def _value(base: Any, info: Any, name: str) -> str:  # noqa: ANN401 - a type expression, a record of Typer's
    plain = next((arg for arg in get_args(base) if arg is not NoneType), base) if _is_union(base) else base
    if get_origin(plain) is Literal:
        return "|".join(get_args(plain))
    if info.min is not None and info.max is not None:
        return f"{info.min:g}..{info.max:g}"
    if info.min is not None:
        return "N"
    return "TEXT" if isinstance(info, OptionInfo) else name.upper()


def _is_union(base: object) -> bool:
    return get_origin(base) in (Union, UnionType)


def _usage(parameters: list[_Parameter]) -> list[str]:
    arguments = [
        p.value if p.is_required or "[" in p.value else f"[{p.value}]" for p in parameters if not p.names
    ]
    required = [f"{p.names[0]} {p.value}" for p in parameters if p.names and p.is_required]
    return [*arguments, *required, "[OPTIONS]"]


def _table(parameters: list[_Parameter]) -> list[str]:
    rows = [f"| {_name_cell(p)} | {_escape(p.help)} | {_default(p)} |" for p in parameters]
    return ["| argument or option | meaning | default |", "|---|---|---|", *rows, ""]


def _name_cell(parameter: _Parameter) -> str:
    if not parameter.names:
        return f"`{_escape(parameter.value)}`"
    names = ", ".join(f"`{name}`" for name in parameter.names)
    return f"{names} `{_escape(parameter.value)}`" if parameter.value else names


def _default(parameter: _Parameter) -> str:
    if parameter.is_required:
        return "must be given"
    return "" if parameter.default in (None, False) else f"`{parameter.default}`"


def _escape(text: str) -> str:
    return " ".join(_MARKUP.sub("`", text).split()).replace("|", "\\|")


def classical_filters() -> str:
    """``docs/reference/classical-filters.md``."""
    lines = [_HOW, "", "# Classical filters", "", *_CLASSICAL_FILTERS.splitlines(), ""]
    for kind in KINDS.values():
        lines += [f"## `{kind.name}`", "", kind.summary, "", *_option_table(kind), ""]
    return "\n".join(lines).rstrip() + "\n"


def _option_table(kind: FilterKind[Any]) -> list[str]:
    rows = [
        f"| `{info.name}` | {_escape(info.description)} | {_escape(info.values)} | "
        f"{'must be given' if info.default is None else f'`{info.default}`'} |"
        for info in kind.option_infos()
    ]
    return ["| option | meaning | values | default |", "|---|---|---|---|", *rows]


def error_tree() -> str:
    """``docs/reference/errors.md``."""
    lines = [_HOW, "", "# Errors", "", *_ERRORS.splitlines(), "", "| error | means |", "|---|---|"]
    lines += [
        f"| {'&nbsp;' * 4 * depth}`{error.__name__}` | {_first_sentence(error)} |"
        for depth, error in _descend(errors.RotoscopeError)
    ]
    lines += ["", *_CATCHING.splitlines()]
    return "\n".join(lines) + "\n"


def _descend(error: type[Exception], depth: int = 0) -> Iterator[tuple[int, type[Exception]]]:
    yield depth, error
    for child in error.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _descend(child, depth + 1)


def _first_sentence(error: type[Exception]) -> str:
    return inspect.getdoc(error).split("\n")[0].rstrip(".")  # type: ignore[union-attr] - all have one


def palette() -> str:
    """``docs/palette.md``."""
    return f"{_HOW}\n\n{palette_page()}"


def api() -> str:
    """``docs/reference/api.md``."""
    return f"{_HOW}\n\n{api_page()}"


WHOLE: Final[Mapping[str, Callable[[], str]]] = {
    "docs/reference/command-line.md": command_line,
    "docs/reference/classical-filters.md": classical_filters,
    "docs/reference/errors.md": error_tree,
    "docs/palette.md": palette,
    "docs/reference/api.md": api,
    "docs/reference/openapi.json": openapi_file,
}
"""Pages that are written from the first line to the last."""

PARTS: Final[Mapping[str, tuple[str, str, Callable[[], str]]]] = {
    "NOTICE": (
        "filters of its own; their style images are:\n\n",
        "\n\nThe wheels of",
        bundled_credits,
    ),
}
"""Pages of which one part is: what stands before it, what after it, and what it says."""


def part_of(path: str) -> tuple[str, str]:
    """A page with a written part as it is, and as it should be.

    Raises:
        ValueError: one of the part's ends is not there.
    """
    begin, end, write = PARTS[path]
    text = (ROOT / path).read_text(encoding="utf-8")
    start = text.index(begin) + len(begin)
    return text, text[:start] + write() + text[text.index(end, start) :]


def write_all() -> list[Path]:
    """Write every page anew; gives those that changed."""
    changed: list[Path] = []
    wanted = {path: write() for path, write in WHOLE.items()} | {path: part_of(path)[1] for path in PARTS}
    for path, text in wanted.items():
        place = ROOT / path
        if not place.exists() or place.read_text(encoding="utf-8") != text:
            place.write_text(text, encoding="utf-8")
            changed.append(place)
    return changed


if __name__ == "__main__":
    write_all()
