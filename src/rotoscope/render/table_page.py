"""Pictures with figures as one page of HTML that needs no other file and asks no server.

A table: a row for everything that is compared, a column for every figure, and its pictures beside them. A
click on the head of a column sorts by it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

from rotoscope.media.frame import Pixels
from rotoscope.media.still_codecs import StillTags, encode_still

NAME_KEY: Final = "name"
"""Key of the one column that holds words; it must be among the columns."""
_QUALITY: Final = 60
"""Of the JPEG pictures, 0 to 100."""


@dataclass(frozen=True, slots=True)
class Column:
    """What rows can be sorted by."""

    key: str
    """Lower-case letters."""
    words: str
    """Its head."""
    about: str
    """What it says, without a period."""
    first: Literal[1, -1]
    """What the first click sorts: 1 from a to z or the least first, -1 the most first."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A picture of a row."""

    pixels: Pixels
    """(H, W, 3) uint8 sRGB."""
    alternative: str
    """For those who do not see it."""
    caption: str = ""
    """A line under it; none where empty."""


@dataclass(frozen=True, slots=True, eq=False)
class PageRow:
    """One of the things that are compared."""

    name: str
    subtitle: str
    """Under the name, smaller."""
    figures: Mapping[str, tuple[float, str]]
    """Column to what is sorted by and what is read; every column but that of names."""
    pictures: Sequence[Shown]


_STYLE: Final = """
:root{color-scheme:light dark;--ground:#faf9f6;--text:#262628;--quiet:#6a6864;--line:#dedbd4;--mark:#0b5cad}
@media (prefers-color-scheme:dark){:root{--ground:#17181a;--text:#ececea;--quiet:#a3a29d;--line:#37383b;
--mark:#8cc2ff}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.25rem;max-width:110rem;background:var(--ground);color:var(--text);
font:1rem/1.45 system-ui,sans-serif}
h1{font-size:1.4rem;margin:0 0 1rem}
table{border-collapse:collapse;width:100%}
thead{position:sticky;top:0;background:var(--ground);z-index:1}
th,td{text-align:left;vertical-align:top;padding:.6rem .9rem .6rem 0;border-bottom:1px solid var(--line)}
th{white-space:nowrap;font-weight:600}
td.figure{font-variant-numeric:tabular-nums;text-align:right}
th.figure{text-align:right}
td.figure i{display:none}
td.pictures{width:100%;padding-right:0}
button{font:inherit;font-weight:600;color:inherit;background:none;border:0;padding:.25rem 0;cursor:pointer}
button:focus-visible{outline:2px solid var(--mark);outline-offset:2px}
[aria-sort] button{color:var(--mark)}
[aria-sort=ascending] button::after{content:" \\2191"}
[aria-sort=descending] button::after{content:" \\2193"}
.strip{display:flex;flex-wrap:wrap;gap:.75rem}
figure{margin:0;flex:1 1 14rem;max-width:30rem;min-width:0}
img{display:block;width:100%;height:auto;border-radius:3px}
figcaption{font-size:.85rem;color:var(--quiet);padding-top:.25rem;font-variant-numeric:tabular-nums}
.subtitle{white-space:normal;max-width:14rem}
.subtitle,p{color:var(--quiet);font-size:.85rem;font-weight:400}
@media (max-width:46rem){
body{padding:.9rem}
table,tbody,thead,tr,th,td{display:block;border:0;padding:0}
thead tr{display:flex;flex-wrap:wrap;column-gap:1.1rem;border-bottom:1px solid var(--line)}
thead th:last-child,tr.photograph td.figure{display:none}
thead button{padding:.5rem 0}
tbody tr{padding:.9rem 0;border-bottom:1px solid var(--line)}
tbody th{font-size:1.1rem}
tbody td.figure{display:inline-block;padding-right:.9rem;font-size:.9rem}
td.figure i{display:inline;font-style:normal;color:var(--quiet)}
.strip{flex-wrap:nowrap;overflow-x:auto;scroll-snap-type:x proximity;padding-top:.4rem}
figure{flex:0 0 min(84vw,24rem);scroll-snap-align:start}
figure:only-child{flex:1 1 100%;max-width:none}
}
"""

_SCRIPT: Final = """
const body = document.querySelector('#rows');
const heads = [...document.querySelectorAll('th[data-key]')];
for (const head of heads) head.firstElementChild.addEventListener('click', () => {
  const now = head.getAttribute('aria-sort');
  const up = now ? now !== 'ascending' : head.dataset.first === '1';
  for (const other of heads) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
  const key = head.dataset.key;
  const order = (a, b) => key === 'name' ? a.dataset.name.localeCompare(b.dataset.name)
    : a.dataset[key] - b.dataset[key];
  body.append(...[...body.rows].sort((a, b) => up ? order(a, b) : order(b, a)));
});
"""

_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def table_page(
    rows: Sequence[PageRow],
    columns: Sequence[Column],
    *,
    title: str,
    sort: str,
    photographs: Sequence[Shown] = (),
    notes: Sequence[str] = (),
) -> str:
    """The page.

    Args:
        rows: in the order that the page opens with.
        columns: from the left.
        title: its title and heading.
        sort: key of the column that the order is of.
        photographs: what was painted: a row above all others that stays there; none where empty.
        notes: sentences below everything.

    Returns:
        HTML that names no outer address; pictures are data URIs.
    """
    keys = [column.key for column in columns if column.key != NAME_KEY]
    body = "\n".join(_row(row, keys) for row in rows)
    legend = "".join(
        f"<p>{escape(column.words)}: {escape(column.about)}.</p>"
        for column in columns
        if column.key != NAME_KEY
    )
    told = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escape(title)}</h1>
<table>
<thead><tr>{"".join(_head(column, sort) for column in columns)}
<th scope="col">Paintings</th></tr></thead>
<tbody>
{_photographs(photographs, len(keys))}
</tbody>
<tbody id="rows">
{body}
</tbody>
</table>
{legend}{told}
<script>{_SCRIPT}</script>
</body>
</html>
"""


def _head(column: Column, sort: str) -> str:
    direction = "ascending" if column.first == 1 else "descending"
    sorted_now = f' aria-sort="{direction}"' if column.key == sort else ""
    side = "" if column.key == NAME_KEY else ' class="figure"'
    return (
        f'<th scope="col"{side} data-key="{column.key}" data-first="{column.first}"{sorted_now}>'
        f'<button type="button" title="{escape(column.about)}">{escape(column.words)}</button></th>'
    )


def _photographs(photographs: Sequence[Shown], figures: int) -> str:
    if not photographs:
        return ""
    empty = '<td class="figure"></td>' * figures
    return f'<tr class="photograph"><th scope="row">Photograph</th>{empty}{_strip(photographs)}</tr>'


def _row(row: PageRow, keys: Sequence[str]) -> str:
    data = "".join(f' data-{key}="{row.figures[key][0]:.6f}"' for key in keys)
    cells = "".join(f'<td class="figure"><i>{key} </i>{escape(row.figures[key][1])}</td>' for key in keys)
    return (
        f'<tr data-name="{escape(row.name)}"{data}><th scope="row">{escape(row.name)}'
        f'<div class="subtitle">{escape(row.subtitle)}</div></th>{cells}{_strip(row.pictures)}</tr>'
    )


def _strip(pictures: Sequence[Shown]) -> str:
    return f'<td class="pictures"><div class="strip">{"".join(map(_figure, pictures))}</div></td>'


def _figure(shown: Shown) -> str:
    height, width = shown.pixels.shape[:2]
    jpeg = encode_still(shown.pixels, ".jpg", quality=_QUALITY, tags=StillTags()).content
    words = f"<figcaption>{escape(shown.caption)}</figcaption>" if shown.caption else ""
    return (
        f'<figure><img src="data:image/jpeg;base64,{b64encode(jpeg).decode()}" width="{width}" '
        f'height="{height}" alt="{escape(shown.alternative)}">{words}</figure>'
    )
