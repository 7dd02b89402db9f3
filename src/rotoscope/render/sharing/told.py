"""Provenance of what is made of a painting: what its recipe line tells."""

from __future__ import annotations

from pathlib import Path

from rotoscope.filters.spec import parse_filter_spec
from rotoscope.media.provenance import FilterCredit, Provenance
from rotoscope.palette.palette import Palette
from rotoscope.render.provenance import styles_of
from rotoscope.render.recipe_line import RecipeLine


def provenance_of_recipe(recipe: RecipeLine, palette: Palette, painting: Path) -> Provenance | None:
    """What a picture made of a painting may say; None where the recipe names no filter.

    Args:
        recipe: of the painting.
        palette: whose filters are asked for their cards.
        painting: the picture is made of it.
    """
    known = {entry.digest: entry for entry in palette.list()}
    filters: list[FilterCredit] = []
    for spec, digest in recipe.filters.items():
        entry = known.get(digest)
        card = None if entry is None else entry.card
        name = parse_filter_spec(spec).name if "+" not in spec else spec
        filters.append(
            FilterCredit(
                name=name,
                kind=card.kind if card else name,
                digest=digest,
                is_trained=card is not None,
                title=card.title if card else None,
                author=card.author if card else None,
                license=card.license if card else None,
                styles=styles_of(card),
            )
        )
    if not filters:
        return None
    return Provenance(
        filters=tuple(filters),
        look=" + ".join(one.name for one in filters),
        recipe=recipe.to_json(),
        source_name=painting.name,
    )
