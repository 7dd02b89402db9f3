"""Pages from templates: each with the policy, the colors and the preview of what it shows."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from posixpath import dirname, relpath
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rotoscope.errors import InvalidCollection
from rotoscope.publish.site.options import SiteOptions
from rotoscope.publish.site.pictures import Variant, WebPicture
from rotoscope.publish.site.text import to_html
from rotoscope.publish.site.views import WorkView
from rotoscope.render.yaml_lines import near

_TEMPLATES: Final = Path(__file__).parent / "templates"
_MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_POLICY: Final = (
    "default-src 'none'; img-src 'self'; media-src 'self'; script-src 'self'; style-src 'self'{style}; "
    "base-uri 'none'; form-action 'none'"
)
_PREVIEW_WIDTH: Final = 1200
_CUT: Final = 200
"""Characters of a description."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The picture by which other sites show a page."""

    variant: Variant
    alt: str

    @classmethod
    def of(cls, picture: WebPicture, alt: str) -> Preview:
        """In the width that they show."""
        return cls(picture.at_least(_PREVIEW_WIDTH), alt)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a page's body."""

    heading: str
    description: str | None = None
    preview: Preview | None = None
    og_type: str = "website"
    has_wipe: bool = False
    not_found: bool = False


class PageMaker:
    """Makes the pages of one site."""

    def __init__(self, site: SiteOptions, *, has_filters: bool, has_updates: bool) -> None:
        """Begin a site.

        Args:
            site: its words and address.
            has_filters: whether there are pages of filters.
            has_updates: whether there are updates.
        """
        self._site = site
        self._shared = {
            "has_filters": has_filters,
            "has_updates": has_updates,
            "has_feed": site.root is not None,
        }

    def page(self, template: str, path: str, head: Head, **values: object) -> bytes:
        """A page as its file has it.

        Args:
            template: of its body.
            path: of the page on the site; links are made from there.
            head: what stands above.
            **values: what the template shows.
        """
        shown: dict[str, WebPicture] = {}
        tools = self._tools(path, shown, absolute=head.not_found)
        body = self._render(template, tools, values)
        style = "".join(_rule(picture) for _, picture in sorted(shown.items()))
        digest = b64encode(sha256(style.encode()).digest()).decode()
        preview_url = None if head.preview is None else self._site.whole(head.preview.variant.jpeg)
        title = head.heading if path == "index.html" else f"{head.heading} · {self._site.title}"
        page = self._render(
            "base.html",
            tools,
            {
                **self._shared,
                "page": path,
                "title": title,
                "heading": head.heading,
                "description": _shortened(head.description),
                "preview": head.preview,
                "preview_url": preview_url,
                "og_type": head.og_type,
                "not_found": head.not_found,
                "has_wipe": head.has_wipe,
                "whole": None if head.not_found else self._site.whole(path),
                "policy": _POLICY.format(style=f" 'sha256-{digest}'" if style else ""),
                "style": Markup(style),
                "body": Markup(body),
            },
        )
        return page.encode()

    def _tools(self, path: str, shown: dict[str, WebPicture], *, absolute: bool) -> dict[str, Any]:
        def css(picture: WebPicture) -> str:
            shown[picture.key] = picture
            return f"p-{picture.key}"

        def to(target: str) -> str:
            return f"{self._site.base_path}{target}" if absolute else relpath(target, dirname(path) or ".")

        def markdown(text: str, works: Sequence[WorkView]) -> Markup:
            def show(name: str, words: str) -> str:
                view = _named(name, works)
                return self._render("inline_picture.html", tools, {"view": view, "words": words}).strip()

            return Markup(to_html(text, show))

        tools: dict[str, Any] = {
            "site": self._site,
            "markdown": markdown,
            "css": css,
            "to": to,
            "month": _month,
            "count": _count,
            "duration": _duration,
        }
        return tools

    def _render(self, template: str, tools: Mapping[str, Any], values: Mapping[str, object]) -> str:
        return _environment().get_template(template).render({**tools, **values})


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _rule(picture: WebPicture) -> str:
    """The picture's shape, and its colors while it is on its way."""
    colors = ",".join(picture.colors)
    return f".p-{picture.key}{{--ratio:{picture.ratio:.4f};background-image:linear-gradient({colors})}}"


def _shortened(text: str | None) -> str | None:
    if text is None or len(text) <= _CUT:
        return text
    return text[:_CUT].rpartition(" ")[0].rstrip(" ,;:.") + " …"


def _month(day: date) -> str:
    return _MONTHS[day.month - 1]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def _named(name: str, works: Sequence[WorkView]) -> WorkView:
    """The work that a text shows.

    Raises:
        InvalidCollection: there is none of that name.
    """
    for view in works:
        if view.work.name == name:
            return view
    known = [view.work.name for view in works]
    told = ", ".join(known) or "none yet"
    raise InvalidCollection(
        f"A text shows the picture {name!r}, and there is no work of that name in its collection."
        f"{near(name, known)} Works: {told}. Pictures in texts are works by their names: ![words](name)."
    )
