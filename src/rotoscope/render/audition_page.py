"""An audition as one page of HTML that needs no other file and asks no server."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Final

from rotoscope.media.frame import Pixels
from rotoscope.media.still_codecs import StillTags, encode_still
from rotoscope.render.audition import AuditionResult, FilterRow, Picture, SortKey

_QUALITY: Final = 60
"""Of the JPEG pictures, 0 to 100."""

_HEADS: Final[tuple[tuple[SortKey, str, str, int], ...]] = (
    ("name", "Filter", "From a to z", 1),
    ("style", "Style", "How far the texture moves from the photograph's, 0 to 100", -1),
    ("detail", "Detail", "How well the edges agree with the photograph's, 0 to 100", -1),
    ("color", "Color", "How far the colors move from the photograph's: hundredths of Oklab", 1),
    ("flicker", "Flicker", "What changes from frame to frame beyond the source, percent of white", 1),
)
"""Key, words, explanation, and the direction that the first click sorts in."""

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
.kind,p{color:var(--quiet);font-size:.85rem;font-weight:400}
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
const body = document.querySelector('#filters');
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


def audition_page(result: AuditionResult, *, title: str) -> str:
    """The page: a table of filters, sorted by a click on a head; pictures are data URIs.

    Args:
        result: what was painted, in the order that the page opens with.
        title: its title and heading.

    Returns:
        HTML that names no outer address.
    """
    heads = [head for head in _HEADS if head[0] != "flicker" or result.has_flicker]
    keys: list[SortKey] = [key for key, *_ in heads if key != "name"]
    rows = "\n".join(_row(row, result, keys) for row in result.rows)
    notes = "".join(f"<p>{escape(note)}</p>" for note in result.notes)
    legend = "".join(f"<p>{words}: {about}.</p>" for key, words, about, _ in heads if key != "name")
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
<thead><tr>{"".join(_head(*head, sort=result.sort) for head in heads)}
<th scope="col">Paintings</th></tr></thead>
<tbody>
{_photographs(result.pictures, len(keys))}
</tbody>
<tbody id="filters">
{rows}
</tbody>
</table>
{legend}{notes}
<script>{_SCRIPT}</script>
</body>
</html>
"""


def _head(key: SortKey, words: str, about: str, first: int, *, sort: SortKey) -> str:
    direction = "ascending" if first == 1 else "descending"
    sorted_now = f' aria-sort="{direction}"' if key == sort else ""
    side = "" if key == "name" else ' class="figure"'
    return (
        f'<th scope="col"{side} data-key="{key}" data-first="{first}"{sorted_now}>'
        f'<button type="button" title="{escape(about)}">{words}</button></th>'
    )


def _photographs(pictures: tuple[Picture, ...], figures: int) -> str:
    strip = "".join(_figure(picture.pixels, picture.name, picture.name) for picture in pictures)
    empty = '<td class="figure"></td>' * figures
    return (
        f'<tr class="photograph"><th scope="row">Photograph</th>{empty}<td class="pictures">'
        f'<div class="strip">{strip}</div></td></tr>'
    )


def _row(row: FilterRow, result: AuditionResult, keys: list[SortKey]) -> str:
    shown = {key: row.figures.shown(key) for key in keys}
    data = "".join(f' data-{key}="{getattr(row.figures, key):.6f}"' for key in keys)
    cells = "".join(f'<td class="figure"><i>{key} </i>{text}</td>' for key, text in shown.items())
    several = len(result.pictures) > 1
    strip = "".join(
        _figure(
            painting.pixels,
            f"{picture.name} painted by {row.name}",
            " · ".join(f"{key} {painting.figures.shown(key)}" for key in keys) if several else "",
        )
        for picture, painting in zip(result.pictures, row.paintings, strict=True)
    )
    return (
        f'<tr data-name="{escape(row.name)}"{data}><th scope="row">{escape(row.name)}'
        f'<div class="kind">{escape(row.kind)}</div></th>{cells}'
        f'<td class="pictures"><div class="strip">{strip}</div></td></tr>'
    )


def _figure(pixels: Pixels, alternative: str, caption: str) -> str:
    height, width = pixels.shape[:2]
    jpeg = encode_still(pixels, ".jpg", quality=_QUALITY, tags=StillTags()).content
    words = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return (
        f'<figure><img src="data:image/jpeg;base64,{b64encode(jpeg).decode()}" width="{width}" '
        f'height="{height}" alt="{escape(alternative)}">{words}</figure>'
    )
