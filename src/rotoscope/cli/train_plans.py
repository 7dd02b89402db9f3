"""What ``rotoscope train`` is to make: a filter, or a family of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rotoscope.errors import InvalidOptions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rotoscope.cli.train_groups import CardChoice
    from rotoscope.filters.card import StyleImage
    from rotoscope.optimize.style_source import StyleSource
    from rotoscope.training.trainer import FilterPlan


def make_plans(
    styles: Sequence[str],
    *,
    name: str,
    is_family: bool,
    output: Path | None,
    palette: Path,
    card: CardChoice,
) -> list[FilterPlan]:
    """One plan for all style images, or in a family one for each.

    Args:
        styles: as they were typed.
        name: of the filter or the family.
        is_family: which of the two is wanted.
        output: filter file, or a family's folder; None: into the palette.
        palette: folder of own filters; made if it is needed.
        card: words for the cards.

    Raises:
        InvalidOptions: no name, a style image that is none, words another number of times than style images,
            thumbnails without the terms that allow them, or a family of one, with weights, or with a file for
            its folder.
        InvalidCard: words that a card cannot hold.
        OpenError, DecodeError, UnsupportedMedia: a style image cannot be read for its thumbnail.
    """
    from rotoscope.optimize.style_source import StyleSource  # noqa: PLC0415
    from rotoscope.training.made_card import CardWords, require_name  # noqa: PLC0415 - see cli.main
    from rotoscope.training.trainer import FilterPlan  # noqa: PLC0415

    require_name(name)
    sources = [StyleSource.parse(text) for text in styles]
    images = style_images(len(sources), card.of_styles)
    if card.thumbnail:
        images = _with_thumbnails(images, sources)
    if is_family:
        _require_family(sources, output)
        outputs = _family_outputs(name, sources, output or palette)
        pairs = [((source,), (image,)) for source, image in zip(sources, images, strict=True)]
    else:
        outputs = {name: output or palette / f"{name}.onnx"}
        pairs = [(tuple(sources), images)]
    if output is None:
        palette.mkdir(parents=True, exist_ok=True)
    return [
        FilterPlan(
            own, of_it, place, CardWords(styles=words, meaning=card.meaning, tags=tuple(card.tag or ()))
        )
        for (own, place), (of_it, words) in zip(outputs.items(), pairs, strict=True)
    ]


def style_images(count: int, words: Mapping[str, Sequence[str] | None]) -> tuple[StyleImage, ...]:
    """What the cards shall say of each style image.

    Args:
        count: how many there are.
        words: by field of the card: nothing, once for all or once for each.

    Raises:
        InvalidOptions: another number of times.
        InvalidCard: words that a card cannot hold.
    """
    from rotoscope.filters.card import StyleImage, card_errors  # noqa: PLC0415

    told: dict[str, Sequence[str | None]] = {}
    for field, said in words.items():
        if said and len(said) not in (1, count):
            raise InvalidOptions(
                f"--{field} was given {len(said)} times for {count} style "
                f"image{'s' if count > 1 else ''}; give it once, for all, or once for each in their order."
            )
        told[field] = [None] * count if not said else [*said] * (count // len(said))
    with card_errors():
        return tuple(
            StyleImage.model_validate({field: said[index] or None for field, said in told.items()})
            for index in range(count)
        )


def _with_thumbnails(images: Sequence[StyleImage], sources: Sequence[StyleSource]) -> tuple[StyleImage, ...]:
    from rotoscope.palette.card_pictures import read_thumbnail  # noqa: PLC0415 - see cli.main

    if any(image.license is None for image in images):
        raise InvalidOptions(
            "--thumbnail puts the style image on the card, small, where everybody who gets the filter sees "
            "it; its terms must allow that. Say what they are with --license, e.g. --license 'public domain'."
        )
    return tuple(
        image.model_copy(update={"thumbnail": read_thumbnail(source.path)})
        for image, source in zip(images, sources, strict=True)
    )


def _require_family(sources: Sequence[StyleSource], output: Path | None) -> None:
    if len(sources) < 2:
        raise InvalidOptions(
            "--family was given with one style image; a family has a filter for each of two or more."
        )
    if weighted := [source for source in sources if source.weight != 1]:
        raise InvalidOptions(
            f"--family was given, and a weight for {weighted[0].path}; each filter of a family has a style "
            f"image of its own, so there is nothing to weigh."
        )
    if output is not None and (output.is_file() or output.suffix.lower() == ".onnx"):
        raise InvalidOptions(
            f"--output {output} is the name of a file; a family has several and wants a folder."
        )


def _family_outputs(name: str, sources: Sequence[StyleSource], folder: Path) -> dict[str, Path]:
    from rotoscope.media.atomic import encode_errors  # noqa: PLC0415
    from rotoscope.training.family_names import family_names  # noqa: PLC0415

    with encode_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    names = family_names(name, [source.path for source in sources])
    return {own: folder / f"{own}.onnx" for own in names}
