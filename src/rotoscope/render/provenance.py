"""What is known of a painting, from its look and its source."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from rotoscope.filters.base import Filter
from rotoscope.filters.card import Card, StyleImage
from rotoscope.filters.chain import ChainFilter
from rotoscope.filters.mixture import FamilyMixture, MixtureFilter
from rotoscope.filters.neural import NeuralFilter
from rotoscope.filters.wrapper import FilterWrapper
from rotoscope.media.manifest import file_sha256
from rotoscope.media.provenance import FilterCredit, Provenance, StyleCredit
from rotoscope.render.any_look import AnyLook


def provenance_of(
    look: AnyLook, source: Path | None, *, moment: Fraction | None = None, names_source: bool = True
) -> Provenance | None:
    """What a painted picture may say of itself; None where nothing is painted.

    Args:
        look: what painted it.
        source: a file; of anything else no digest is told. None: there is none to speak of.
        moment: seconds from the first frame of a source that moves.
        names_source: whether the source's name may be told.
    """
    filters = {one.digest: one for filter in look.filters for one in single_filters(filter)}
    if not filters or look.strength == 0:
        return None
    return Provenance(
        filters=tuple(credit_of(filter) for filter in filters.values()),
        look=look.description,
        recipe=look.recipe,
        source_name=source.name if source is not None and names_source else None,
        source_sha256=file_sha256(source) if source is not None and source.is_file() else None,
        moment=None if moment is None else f"{float(moment):.6g}",
    )


def single_filters(filter: Filter) -> Iterator[Filter]:
    """The filters that one is made of, down to those that are made of no others."""
    if isinstance(filter, FilterWrapper):
        yield from single_filters(filter.wrapped)
    elif isinstance(filter, ChainFilter):
        for link in filter.filters:
            yield from single_filters(link)
    elif isinstance(filter, (MixtureFilter, FamilyMixture)):
        for part, share in filter.parts:
            if share > 0:
                yield from single_filters(part)
    else:
        yield filter


def credit_of(filter: Filter) -> FilterCredit:
    """What is told of one filter."""
    card = filter.card if isinstance(filter, NeuralFilter) else None
    return FilterCredit(
        name=filter.name,
        kind=filter.kind,
        digest=filter.digest,
        is_trained=card is not None,
        title=card.title if card else None,
        author=card.author if card else None,
        license=card.license if card else None,
        styles=styles_of(card),
    )


def styles_of(card: Card | None) -> tuple[StyleCredit, ...]:
    """The style images that a card names."""
    if card is None or card.style is None:
        return ()
    return tuple(_style(image) for image in (card.style, *card.more_styles))


def _style(image: StyleImage) -> StyleCredit:
    return StyleCredit(
        title=image.title,
        artist=image.artist,
        year=image.year,
        license=image.license,
        collection=image.collection,
        source=image.source,
        sha256=image.sha256,
    )
