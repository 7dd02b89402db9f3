"""What programs read of a site: its feed (RSS 2.0), its sitemap, its robots.txt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from rotoscope.publish.site.options import SiteOptions

_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_MOST_ITEMS = 50


@dataclass(frozen=True, slots=True)
class FeedItem:
    """Something new."""

    title: str
    path: str
    day: date
    description: str


def feed(site: SiteOptions, items: Sequence[FeedItem]) -> bytes:
    """The feed of a site whose address is known, the newest first.

    Args:
        site: with its address.
        items: in any order; the 50 newest are told.
    """
    ET.register_namespace("atom", _ATOM)
    rss = ET.Element("rss", {"version": "2.0"})
    channel = ET.SubElement(rss, "channel")
    _texts(channel, title=site.title, link=site.whole("index.html"), language=site.language)
    _texts(channel, description=site.description or site.title)
    own = {"href": site.whole("feed.xml") or "", "rel": "self", "type": "application/rss+xml"}
    ET.SubElement(channel, f"{{{_ATOM}}}link", own)
    newest = sorted(items, key=lambda item: (item.day, item.path), reverse=True)[:_MOST_ITEMS]
    for item in newest:
        entry = ET.SubElement(channel, "item")
        link = site.whole(item.path)
        _texts(entry, title=item.title, link=link, guid=link, pubDate=_moment(item.day))
        _texts(entry, description=item.description)
    return _document(rss)


def sitemap(site: SiteOptions, pages: Sequence[str]) -> bytes:
    """The sitemap of a site whose address is known: the addresses of its pages."""
    urls = ET.Element("urlset", {"xmlns": _SITEMAP})
    for path in pages:
        _texts(ET.SubElement(urls, "url"), loc=site.whole(path))
    return _document(urls)


def robots(site: SiteOptions) -> bytes:
    """Everybody may read everything."""
    lines = ["User-agent: *", "Allow: /"]
    if site.root is not None:
        lines.append(f"Sitemap: {site.whole('sitemap.xml')}")
    return ("\n".join(lines) + "\n").encode()


def _texts(parent: ET.Element, **texts: str | None) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = "".join(
            one for one in text or "" if one.isprintable() or one == "\n"
        )


def _moment(day: date) -> str:
    return format_datetime(datetime.combine(day, time(), UTC))


def _document(root: ET.Element) -> bytes:
    ET.indent(root, " ")
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"
