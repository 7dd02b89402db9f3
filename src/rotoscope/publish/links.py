"""The link checker: what a site's files name is a file or a place of the site. Nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from rotoscope.errors import BrokenLinks, PublishError
from rotoscope.publish.owned import PublishedFile

_RESOURCES: Final = frozenset({"src", "poster", "srcset", "data"})
"""Attributes that a browser fetches by itself: these never lead elsewhere."""
_LINKS: Final = frozenset({"href", "src", "poster", "srcset", "data", "action", "formaction", "cite"})
_FETCHED_RELS: Final = frozenset({"stylesheet", "icon", "preload", "modulepreload", "manifest"})
_CSS_URL: Final = re.compile(
    r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"'\s]*))\s*\)|@import\s+["']([^"']+)["']"""
)
_CANONICAL: Final = re.compile(r'<link rel="canonical" href="([^"]+)">')
_ELSEWHERE: Final = frozenset({"http", "https", "mailto", "tel"})
_METAS: Final = frozenset({"og:image", "og:url", "og:video", "twitter:image"})
_SITEMAP: Final = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_SHOWN: Final = 20


class SiteFiles(Protocol):
    """Files of a site, wherever they are."""

    def __contains__(self, path: object) -> bool:
        """Whether there is a file of that path."""
        ...

    def texts(self) -> Iterator[tuple[str, str]]:
        """Paths and texts of the files that name others: pages, styles, feeds."""
        ...


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """One link that leads nowhere."""

    page: str
    """Path of the file that has it."""
    line: int
    link: str
    """As it is written there."""
    why: str

    def __str__(self) -> str:
        return f"{self.page}, line {self.line}: {self.link!r}: {self.why}"


@dataclass(frozen=True, slots=True)
class _Link:
    line: int
    text: str
    is_fetched: bool
    """Whether a browser fetches it by itself."""


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What a check found."""

    files: int
    """Pages, styles and feeds that were read."""
    links: int
    """Links in them that stay in the site."""
    outside: int
    """Links that lead elsewhere, and are not followed."""
    broken: tuple[BrokenLink, ...]

    def require(self, site: str) -> None:
        """Be content.

        Raises:
            BrokenLinks: some are broken; all are carried, and the first are told.
        """
        if not self.broken:
            return
        shown = "; ".join(str(one) for one in self.broken[:_SHOWN])
        more = len(self.broken) - _SHOWN
        rest = f"; and {more} more" if more > 0 else ""
        raise BrokenLinks(
            f"{site} has {len(self.broken)} broken links: {shown}{rest}. Change the texts that name them, or "
            "put what they name into the site.",
            links=[str(one) for one in self.broken],
        )


class BuiltFiles:
    """Files of a site that is not in its place yet, those that stay as they are included."""

    _READ: Final = (".html", ".css", ".xml", ".svg")

    def __init__(self, files: Mapping[str, PublishedFile]) -> None:
        """Of these files by path."""
        self._files = files

    def __contains__(self, path: object) -> bool:
        """See :class:`SiteFiles`."""
        return path in self._files

    def texts(self) -> Iterator[tuple[str, str]]:
        """See :class:`SiteFiles`."""
        for path, file in self._files.items():
            if path.endswith(self._READ) and file.content is not None:
                yield path, file.read().decode("utf-8", "replace")


class FolderFiles:
    """Files of a site in a folder."""

    _READ: Final = (".html", ".css", ".xml", ".svg")

    def __init__(self, folder: Path) -> None:
        """Of a folder.

        Raises:
            PublishError: there is no such folder, or no page in it.
        """
        self._folder = folder
        if not (folder / "index.html").is_file():
            raise PublishError(
                f"{folder} is no site: it has no index.html. Give the folder that a site was published to."
            )

    def __contains__(self, path: object) -> bool:
        """See :class:`SiteFiles`."""
        return isinstance(path, str) and (self._folder / path).is_file()

    def texts(self) -> Iterator[tuple[str, str]]:
        """See :class:`SiteFiles`."""
        for path in sorted(self._folder.rglob("*")):
            name = path.relative_to(self._folder)
            if path.suffix in self._READ and path.is_file() and not name.parts[0].startswith("."):
                yield name.as_posix(), path.read_text(encoding="utf-8", errors="replace")


def check_links(files: SiteFiles, *, url: str | None = None) -> LinkReport:
    """Look whether all that a site's files name is there.

    Links of pages (``href``, ``src``, ``srcset``, ``poster``, fragments, previews), of styles (``url()``) and
    of feeds and the sitemap are resolved within the site. Links to other sites are counted, not followed;
    what a browser would fetch from elsewhere by itself is broken.

    Args:
        files: of the site.
        url: its address: whole links to it are links into the site. None: what its first page says of it, if
            that says anything.
    """
    texts = dict(files.texts())
    found = {path: list(_links_of(path, text)) for path, text in texts.items()}
    places = {path: _ids(text) for path, text in texts.items() if path.endswith(".html")}
    url = url or _canonical(texts.get("index.html", ""))
    base = None if url is None else url.rstrip("/") + "/"
    inside = outside = 0
    broken: list[BrokenLink] = []
    for path, links in found.items():
        for link in links:
            why = _fault(link, path, files, places, base)
            if why is None and _leads_away(link.text, base):
                outside += 1
            else:
                inside += 1
            if why is not None:
                broken.append(BrokenLink(path, link.line, link.text, why))
    return LinkReport(len(texts), inside, outside, tuple(broken))


def _canonical(text: str) -> str | None:
    """The address that a page says it has."""
    found = _CANONICAL.search(text)
    return None if found is None else unescape(found[1])


def _leads_away(text: str, base: str | None) -> bool:
    return urlsplit(text).scheme in _ELSEWHERE and (base is None or not text.startswith(base))


class _Broken(Exception):
    """Says why a link is broken."""


def _fault(
    link: _Link, page: str, files: SiteFiles, places: Mapping[str, set[str]], base: str | None
) -> str | None:
    """Why a link is broken; None: it is not."""
    try:
        target = _target(link, page, base)
    except (_Broken, ValueError) as error:
        return str(error) if isinstance(error, _Broken) else "it is no address"
    if target is None:
        return None
    target = next((one for one in (target, normpath(f"{target}/index.html")) if one in files), target)
    if target not in files:
        return f"there is no file {target}"
    fragment = unquote(urlsplit(link.text).fragment)
    if fragment and target in places and fragment not in places[target]:
        return f"{target} has no place {fragment!r}"
    return None


def _target(link: _Link, page: str, base: str | None) -> str | None:
    """The path on the site that a link leads to; None: it leads elsewhere, as it may."""
    parts = urlsplit(link.text)
    if base is not None and link.text.startswith(base):
        way = urlsplit(link.text.removeprefix(base)).path
    elif parts.scheme or parts.netloc:
        if link.is_fetched:
            raise _Broken("it would be fetched from elsewhere; everything is stored with the site")
        if parts.scheme not in _ELSEWHERE:
            raise _Broken(f"links do not lead to {parts.scheme or '//'}")
        return None
    elif parts.path.startswith("/"):
        root = "/" if base is None else urlsplit(base).path
        if not parts.path.startswith(root):
            raise _Broken(f"it leads out of the site, whose pages are below {root}")
        way = parts.path.removeprefix(root)
    else:
        way = join(dirname(page), parts.path) if parts.path else page
    target = normpath(unquote(way)) if way else "index.html"
    if target.startswith(".."):
        raise _Broken("it leads out of the site")
    return target


def _links_of(path: str, text: str) -> Iterator[_Link]:
    if path.endswith(".html"):
        parser = _Links()
        parser.feed(text)
        yield from parser.found
    elif path.endswith(".css"):
        yield from _css_links(text, 1)
    elif path.endswith(".xml"):
        yield from _xml_links(text)


def _css_links(text: str, first_line: int) -> Iterator[_Link]:
    for match in _CSS_URL.finditer(text):
        found = next((group for group in match.groups() if group is not None), "")
        if not found.startswith("data:"):
            yield _Link(first_line + text.count("\n", 0, match.start()), found, is_fetched=True)


def _xml_links(text: str) -> Iterator[_Link]:
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        yield _Link(error.position[0], "XML that cannot be read", is_fetched=True)
        return
    for element in root.iter():
        if element.tag in ("link", f"{_SITEMAP}loc") and element.text:
            yield _Link(1, element.text.strip(), is_fetched=False)
        elif element.tag == f"{_ATOM}link" and element.get("href"):
            yield _Link(1, element.attrib["href"], is_fetched=False)


def _ids(text: str) -> set[str]:
    parser = _Links()
    parser.feed(text)
    return parser.ids


class _Links(HTMLParser):
    """Gathers links and places of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Link] = []
        self.ids: set[str] = set()
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Of one element."""
        line = self.getpos()[0]
        given = {name: value or "" for name, value in attrs}
        self._in_style = tag == "style"
        self.ids |= {given[name] for name in ("id", "name") if name in given and tag != "meta"}
        rels = set(given.get("rel", "").split())
        for name, value in given.items():
            if name == "srcset":
                links = [one.strip().partition(" ")[0] for one in value.split(",")]
                self.found += [_Link(line, link, is_fetched=True) for link in links if link]
            elif name in _LINKS:
                fetched = name in _RESOURCES or (tag == "link" and bool(rels & _FETCHED_RELS))
                self.found.append(_Link(line, value, is_fetched=fetched))
            elif name == "style":
                self.found += _css_links(value, line)
        if tag == "meta" and given.get("property", given.get("name")) in _METAS:
            self.found.append(_Link(line, given.get("content", ""), is_fetched=False))

    def handle_data(self, data: str) -> None:
        """Of a style element."""
        if self._in_style:
            self.found += _css_links(data, self.getpos()[0])

    def handle_endtag(self, tag: str) -> None:
        """The end of a style element."""
        self._in_style = self._in_style and tag != "style"
