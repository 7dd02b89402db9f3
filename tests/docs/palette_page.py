"""``docs/palette.md`` and the credits in ``NOTICE``: what the bundled filters' cards say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from rotoscope.filters.card import Card, StyleImage
from rotoscope.palette.categories import category_of, loudness_of, sort_by_category
from rotoscope.palette.entry import PaletteEntry
from rotoscope.palette.folder import list_folder
from rotoscope.palette.palette import BUNDLED_FOLDER

_HEAD = """\
# The palette

{count} neural filters come with Rotoscope, sorted by category here. Each is shown on the same six photographs
([where they are from](pictures/photographs/SOURCES.md)), painted at 480x360 pixels:

![A sunset, a lagoon, a dune, a courtyard, an astronaut, an otter](pictures/palette-photographs.jpg)

Tags say whether a filter is *loud* (it takes the photograph over) or *subtle* (more of it stays). How
strongly each paints, and how large its strokes are, can be turned:
[chain and mix filters](how-to/chain-and-mix.md). `rotoscope filters suggest` finds out which ones suit a
picture of your own: [choose a filter](how-to/choose-a-filter.md). Filters that are calculated, without a
network, have [a page of their own](reference/classical-filters.md).

```bash
rotoscope filters list --tag art
rotoscope filters show great-wave
```

![All of them on one photograph](pictures/palette.jpg)
"""
_NO_CATEGORY = "other"


def bundled_entries() -> list[PaletteEntry]:
    """The filters that come with Rotoscope, in the order of the page."""
    return sort_by_category(list_folder(BUNDLED_FOLDER, bundled=True))


def bundled_credits() -> str:
    """The credits in ``NOTICE``, by name."""
    cards = sorted((_card(entry) for entry in bundled_entries()), key=lambda card: card.name)
    return "\n".join(f"* {card.name}: {credit}." for card in cards for credit in [_credit(card)])


def palette_page() -> str:
    """``docs/palette.md``, from the first line to the last but for the note that it is written."""
    entries = bundled_entries()
    shelves = [(category, list(shelf)) for category, shelf in groupby(entries, _category)]
    lines = [*_HEAD.format(count=len(entries)).splitlines(), "", "## Contents", ""]
    lines += [
        f"* [{_heading(category)}](#{_anchor(category)}): {', '.join(map(_link, shelf))}"
        for category, shelf in shelves
    ]
    for category, shelf in shelves:
        lines += ["", f"## {_heading(category)}"]
        for entry in shelf:
            lines += ["", *_section(entry)]
    return "\n".join(lines) + "\n"


def _section(entry: PaletteEntry) -> Iterator[str]:
    card, title = _card(entry), _title(entry)
    yield from (f"### {title}", "", f"![{title}](pictures/palette/{entry.name}.jpg)", "")
    yield from ([f"> {line}" for line in card.meaning.splitlines()] + [""] if card.meaning else [])
    yield f"* `--filter {entry.name}`{f', {said}' if (said := loudness_of(entry)) else ''}"
    images = _style_images(card)
    for number, image in enumerate(images, start=1):
        which = f" {number}" if len(images) > 1 else ""
        which += f", {image.share:.0%} of the style" if image.share is not None else ""
        yield f"* style image{which}: {_work(image)}; {_terms(image)}{_found(image)}"
    if card.tags:
        yield f"* tags: {', '.join(card.tags)}"
    yield f"* {_facts(entry)}"
    yield f"* terms of the filter: {card.license or 'not stated'}"


def _facts(entry: PaletteEntry) -> str:
    """Parameters, size of the file, and how long it was trained."""
    card = _card(entry)
    assert entry.path is not None
    told = [f"{card.cost.parameters:,} parameters"] if card.cost and card.cost.parameters else []
    told.append(f"a file of {entry.path.stat().st_size / 1000:.0f} kB")
    if card.texture is not None:
        told.append("a texture sample in it")
    return f"{', '.join(told)}; {_training(card)}"


def _training(card: Card) -> str:
    minutes = card.metrics.get("training_minutes", card.metrics.get("training_seconds", 0) / 60)
    steps = card.metrics.get("training_steps")
    if not steps:
        return "how it was trained is not stated"
    return f"trained for {steps:,.0f} steps" + (f", {minutes:.1f} minutes" if minutes else "")


def _credit(card: Card) -> str:
    """``Work. Terms``, for every style image."""
    images = _style_images(card)
    return "; ".join(f"{_work(image)}. {_terms(image)}" for image in images) or "not stated. not stated"


def _style_images(card: Card) -> Sequence[StyleImage]:
    return [image for image in (card.style, *card.more_styles) if image is not None]


def _work(image: StyleImage) -> str:
    told = (image.title, image.artist, image.year, image.collection)
    return ", ".join(part for part in told if part) or "not stated"


def _terms(image: StyleImage) -> str:
    return image.license or "not stated"


def _found(image: StyleImage) -> str:
    is_address = image.source is not None and image.source.startswith(("https://", "http://"))
    return f" ([found here]({image.source}))" if is_address else ""


def _card(entry: PaletteEntry) -> Card:
    assert entry.card is not None, entry.problem
    return entry.card


def _category(entry: PaletteEntry) -> str:
    return category_of(entry) or _NO_CATEGORY


def _title(entry: PaletteEntry) -> str:
    return entry.title or entry.name


def _link(entry: PaletteEntry) -> str:
    return f"[{_title(entry)}](#{_anchor(_title(entry))})"


def _heading(category: str) -> str:
    return category[0].upper() + category[1:]


def _anchor(heading: str) -> str:
    """By GitHub's rule."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
