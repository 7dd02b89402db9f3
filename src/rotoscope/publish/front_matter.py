"""Pages of a Jekyll site: front matter in YAML as Ruby reads it, and a text that Liquid leaves alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import yaml
from yaml.nodes import ScalarNode

_LIQUID: Final = re.compile(r"\{\{|\{%")
_PICTURE: Final = re.compile(r"!\[[^\]]*\]\((?P<name>[^()\s]+)\)")
_RAW_END: Final = re.compile(r"\{%-?\s*endraw\s*-?%\}")


class _Dumper(yaml.SafeDumper):
    """Texts always stand in double quotes.

    Ruby takes more bare words for something else than Python: ``1,000`` for a number, ``:word`` for a symbol.
    """


def _text(dumper: yaml.SafeDumper, value: str) -> ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"')


class _Key(str):
    """A key, which stands bare."""


def _key(dumper: yaml.SafeDumper, value: _Key) -> ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(value))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Key, _key)


def page(front: Mapping[str, Any], text: str | None, pictures: Mapping[str, str]) -> bytes:
    """A page as a file.

    Args:
        front: the front matter in its order; values are texts, truths, dates, lists and mappings of those.
            What is None is left out.
        text: Markdown; None: none.
        pictures: addresses in the site of what ``![words](name)`` shows, by name.
    """
    known = {key: value for key, value in front.items() if value is not None}
    written = yaml.dump(_with_keys(known), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1 << 20)
    body = "" if not text else f"\n{_with_pictures(text.strip(), pictures)}\n"
    return f"---\n{written}---\n{body}".encode()


def _with_pictures(text: str, pictures: Mapping[str, str]) -> str:
    """The text with pictures in place of their names, wherever the site lies."""
    made: list[str] = []
    done = 0
    for found in _PICTURE.finditer(text):
        if found["name"] in pictures:
            made.append(unliquid(text[done : found.start("name")]))
            made.append(f"{{{{ '{pictures[found['name']]}' | relative_url }}}}")
            done = found.end("name")
    return "".join([*made, unliquid(text[done:])])


def unliquid(text: str) -> str:
    """Markdown of which Liquid, which Jekyll runs over every page, takes nothing for its own."""
    if not _LIQUID.search(text):
        return text
    # What ends a raw part cannot stand in one: it is told in a part of its own, letter by letter.
    parts = _RAW_END.split(text)
    ends = _RAW_END.findall(text)
    told = "".join(
        f"{{% raw %}}{part}{{% endraw %}}" + (_spelled(end) if end else "")
        for part, end in zip(parts, [*ends, ""], strict=True)
    )
    return told.replace("{% raw %}{% endraw %}", "")


def _spelled(mark: str) -> str:
    return f"{{{{ '{mark[:1]}' }}}}{mark[1:]}"


def _with_keys(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    if isinstance(value, Mapping):
        return {_Key(key): _with_keys(one) for key, one in value.items()}
    return [_with_keys(one) for one in value] if isinstance(value, list | tuple) else value
