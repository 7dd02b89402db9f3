"""The link checker finds what leads nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope.errors import PublishError
from rotoscope.publish.links import FolderFiles, check_links

ELSEWHERE = "it would be fetched from elsewhere; everything is stored with the site"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.html").write_text('<h1 id="top">b</h1><a href="../index.html">back</a>')
    (tmp_path / "x.css").write_text("body{background:url(x.svg)}")
    (tmp_path / "x.svg").write_text("<svg/>")
    (tmp_path / "index.html").write_text('<link rel="stylesheet" href="x.css"><a href="a/b.html#top">b</a>')
    return tmp_path


def broken(site: Path, text: str, url: str | None = None) -> list[str]:
    (site / "page.html").write_text(text)
    return [f"{one.link}: {one.why}" for one in check_links(FolderFiles(site), url=url).broken]


def test_a_site_in_order(site: Path) -> None:
    report = check_links(FolderFiles(site))
    assert (report.files, report.links, report.outside, report.broken) == (4, 4, 0, ())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('<a href="c.html">', "c.html: there is no file c.html"),
        ('<a href="a/b.html#below">', "a/b.html#below: a/b.html has no place 'below'"),
        ('<a href="#here">', "#here: page.html has no place 'here'"),
        ('<img srcset="x.svg 1x, y.svg 2x">', "y.svg: there is no file y.svg"),
        ('<video poster="p.jpg">', "p.jpg: there is no file p.jpg"),
        ('<track src="c.vtt">', "c.vtt: there is no file c.vtt"),
        ("<style>a{background:url('z.png')}</style>", "z.png: there is no file z.png"),
        ('<p style="background:url(z.png)">', "z.png: there is no file z.png"),
        ('<a href="../up.html">', "../up.html: it leads out of the site"),
        ('<a href="javascript:x()">', "javascript:x(): links do not lead to javascript"),
        (
            '<img src="https://example.com/x.png">',
            f"https://example.com/x.png: {ELSEWHERE}",
        ),
        (
            '<script src="//cdn.example/x.js"></script>',
            f"//cdn.example/x.js: {ELSEWHERE}",
        ),
        (
            '<link rel="stylesheet" href="https://example.com/x.css">',
            f"https://example.com/x.css: {ELSEWHERE}",
        ),
    ],
)
def test_what_is_broken(site: Path, text: str, told: str) -> None:
    assert broken(site, text) == [told]


@pytest.mark.parametrize(
    "text",
    [
        '<a href="a/b.html">',
        '<a href="/a/b.html">',
        '<a href="x%2Esvg">',
        '<p id="here"><a href="#here">',
        '<a href="https://example.com/">',
        '<a href="mailto:a@example.com">',
        '<img srcset="x.svg 1x, x.svg 2x">',
    ],
)
def test_what_is_not(site: Path, text: str) -> None:
    assert broken(site, text) == []


def test_whole_addresses_of_the_site_are_its_own(site: Path) -> None:
    url = "https://example.org/gallery/"
    assert (
        broken(site, f'<meta property="og:image" content="{url}x.svg"><a href="/gallery/x.svg">', url) == []
    )
    assert broken(site, f'<a href="{url}y.svg">', url) == [f"{url}y.svg: there is no file y.svg"]
    assert broken(site, '<a href="/x.svg">', url) == [
        "/x.svg: it leads out of the site, whose pages are below /gallery/"
    ]


def test_the_first_page_says_where_the_site_is(site: Path) -> None:
    index = site / "index.html"
    index.write_text('<link rel="canonical" href="https://example.org/gallery/">' + index.read_text())
    assert broken(site, '<a href="/gallery/x.svg">') == []
    assert broken(site, '<a href="/x.svg">') == [
        "/x.svg: it leads out of the site, whose pages are below /gallery/"
    ]


def test_feeds_and_sitemaps_are_read(site: Path) -> None:
    url = "https://example.org/"
    (site / "feed.xml").write_text(f"<rss><channel><link>{url}gone.html</link></channel></rss>")
    (site / "sitemap.xml").write_text("<urlset")
    found = [str(one) for one in check_links(FolderFiles(site), url=url).broken]
    assert found[0] == f"feed.xml, line 1: '{url}gone.html': there is no file gone.html"
    assert "XML that cannot be read" in found[1]


def test_a_folder_without_pages_is_no_site(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="is no site"):
        FolderFiles(tmp_path)
