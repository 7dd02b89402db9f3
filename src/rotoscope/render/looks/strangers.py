"""Looks and filters that come from strangers: they may name what is stored, and never a path of this machine.

The one place of that rule. A filter is one of the palette, or a classical kind with options; whatever else
would be a file (a mask, a segmentation network, a ``.cube`` file) is named by URI, and fetched by somebody
who knows what the stranger may read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeAlias

from rotoscope.errors import InvalidLook, InvalidOptions, InvalidUri, LookFault, RotoscopeError
from rotoscope.filters.base import Filter
from rotoscope.filters.kinds import KINDS
from rotoscope.filters.spec import FilterSpec, parse_filter_spec, parse_mixture
from rotoscope.render.any_look import AnyLook
from rotoscope.render.looks.building import LoadFilter, Overrides, build_look
from rotoscope.render.looks.document import FilterNames, Layer
from rotoscope.render.looks.mask_schema import (
    IntersectionMask,
    MaskPart,
    PictureMask,
    SegmentationMask,
    UnionMask,
    VideoMask,
)
from rotoscope.render.looks.reading import LookText, parse_look
from rotoscope.render.yaml_lines import Place, told_place
from rotoscope.storage.uri import parse_uri

Take: TypeAlias = Callable[[str], Path]
"""Gives a local copy of a stored file, by its URI, or raises a StorageError."""

MOST_CHARACTERS: Final = 1_000_000
"""Of a look as text."""
MOST_FILTERS: Final = 32
"""Filters that one look may name: each is a network in memory."""
_FILES: Final[Mapping[type[MaskPart], str]] = {
    PictureMask: "file",
    VideoMask: "file",
    SegmentationMask: "network",
}
"""Masks that are in a file of their own, and the key that names it."""

_AS_IT_IS: Final = Overrides()


def parse_strangers_look(given: str | Mapping[str, Any], *, name: str = "The look") -> LookText:
    """Hold a look against the schema, and against the rule that it names no path.

    Args:
        given: YAML or JSON as text, or JSON that was read.
        name: what to call it in messages.

    Raises:
        InvalidLook: it is not in order; every fault is among its faults.
    """
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    if len(text) > MOST_CHARACTERS:
        raise InvalidLook(f"{name} has {len(text):,} characters; a look has at most {MOST_CHARACTERS:,}.")
    parsed = parse_look(text, name=name)
    require_no_paths(parsed)
    return parsed


def open_strangers_look(
    text: LookText, load_filter: LoadFilter, take: Take, *, overrides: Overrides = _AS_IT_IS
) -> AnyLook:
    """Make a stranger's look ready to paint.

    Args:
        text: as :func:`parse_strangers_look` or :func:`~rotoscope.render.looks.reading.parse_look` gives it.
        load_filter: loads filters of the stranger's palette.
        take: fetches what it names by URI.
        overrides: what is to be otherwise than it says.

    Raises:
        InvalidLook: it names a path, or a filter or a file that is not in order.
        StorageError: a file cannot be had.
    """
    staged = with_staged_masks(text, take)
    return build_look(staged, Path(), loader_for_strangers(load_filter, take), overrides=overrides)


def require_no_paths(text: LookText) -> None:
    """Refuse a look that names a file otherwise than by URI, or more filters than one look may.

    Raises:
        InvalidLook: it does; every fault is among its faults.
    """
    told = [*_filter_faults(text), *_mask_faults(text)]
    if told:
        faults = [LookFault(text.line_of(place), told_place(place), what) for place, what in told]
        raise InvalidLook.of(text.name, faults)


def with_staged_masks(text: LookText, take: Take) -> LookText:
    """The look with local copies of the masks that it names by URI. What it says of itself stays as it was.

    Raises:
        InvalidLook: as :func:`require_no_paths`.
        StorageError: a mask cannot be had.
    """
    require_no_paths(text)
    layers = [
        layer if layer.mask is None else layer.model_copy(update={"mask": _staged(layer.mask, take)})
        for layer in text.document.layers
    ]
    return replace(text, document=text.document.model_copy(update={"layers": tuple(layers)}))


def require_filters(text: LookText, load_filter: LoadFilter) -> None:
    """Refuse a look that names filters which are not at hand. Those with files in their options are let pass.

    Raises:
        InvalidLook: it does; every fault is among its faults.
    """
    faults: list[LookFault] = []
    for number, layer in enumerate(text.document.layers):
        place: Place = ("layers", number, "filter")
        for spec in _specs(layer):
            try:
                if not any(_file_options(parse_filter_spec(part)) for part in _parts(spec)):
                    load_filter(spec)
            except RotoscopeError as error:
                faults.append(LookFault(text.line_of(place), told_place(place), str(error)))
    if faults:
        raise InvalidLook.of(text.name, faults)


def loader_for_strangers(load_filter: LoadFilter, take: Take) -> LoadFilter:
    """What loads filters as strangers may name them; files in their options are fetched by URI."""

    def load(spec: str) -> Filter:
        require_no_path(spec)
        return load_filter(_staged_spec(spec, take))

    return load


def require_no_path(spec: str) -> None:
    """Refuse a filter, as typed after ``--filter``, that names a file otherwise than by URI.

    Raises:
        InvalidOptions: it does, or it is not well formed.
    """
    for one in _parts(spec):
        parsed = parse_filter_spec(one)
        if parsed.is_path:
            raise InvalidOptions(
                f"The filter was given as {spec[:200]!r}, which is a file's name. Give the name of a filter "
                "of the palette, into which a file can be imported, or a classical kind with options."
            )
        for option in _file_options(parsed):
            try:
                parse_uri(option)
            except InvalidUri as error:
                raise InvalidOptions(f"The filter was given as {spec[:200]!r}. {error}") from error


def filters_named(text: LookText) -> list[str]:
    """The filters that a look names, each once, in order."""
    return list(dict.fromkeys(spec for layer in text.document.layers for spec in _specs(layer)))


def files_named(specs: Iterable[str], text: LookText | None = None) -> list[str]:
    """The files that filters have in their options, and a look's masks."""
    found = [uri for spec in specs for part in _parts(spec) for uri in _file_options(parse_filter_spec(part))]
    for layer in text.document.layers if text is not None else ():
        found += _files_of(layer.mask) if layer.mask is not None else []
    return list(dict.fromkeys(found))


def _files_of(mask: MaskPart) -> list[str]:
    if isinstance(mask, (IntersectionMask, UnionMask)):
        return [uri for inner in mask.masks for uri in _files_of(inner)]
    key = _FILES.get(type(mask))
    return [] if key is None else [getattr(mask, key)]


def _parts(spec: str) -> list[str]:
    mixture = parse_mixture(spec)
    return [spec] if mixture is None else [part for part, _ in mixture]


def _file_options(spec: FilterSpec) -> list[str]:
    """Values of a spec's options that name files."""
    kind = KINDS.get(spec.name)
    names = frozenset[str]() if kind is None else kind.file_options
    return [option.value for option in spec.options if option.name in names]


def _staged_spec(spec: str, take: Take) -> str:
    """The spec with local files in place of URIs."""
    mixture = parse_mixture(spec)
    if mixture is None:
        return _staged_part(spec, take)
    return "+".join(f"{_staged_part(part, take)}:{Decimal(repr(weight)):f}" for part, weight in mixture)


def _staged_part(spec: str, take: Take) -> str:
    parsed = parse_filter_spec(spec)
    uris = _file_options(parsed)
    if not uris:
        return spec
    options = tuple(
        replace(option, value=str(take(option.value))) if option.value in uris else option
        for option in parsed.options
    )
    staged = f"{parsed.name}:{','.join(f'{option.name}={option.value}' for option in options)}"
    if parse_filter_spec(staged) != FilterSpec(parsed.name, options):
        raise InvalidOptions(
            f"The filter was given as {spec[:200]!r}; the name of its file holds what ends an option. Store "
            "the file under a name of letters, digits, hyphens and dots."
        )
    return staged


def _filter_faults(text: LookText) -> Iterator[tuple[Place, str]]:
    named: set[str] = set()
    for number, layer in enumerate(text.document.layers):
        place: Place = ("layers", number, "filter")
        for spec in _specs(layer):
            named.add(spec)
            try:
                require_no_path(spec)
            except RotoscopeError as error:
                yield place, str(error)
    if len(named) > MOST_FILTERS:
        yield ("layers",), f"it names {len(named)} filters; a look names at most {MOST_FILTERS}"


def _specs(layer: Layer) -> Iterator[str]:
    names: Iterable[FilterNames]
    names = layer.filter.values() if isinstance(layer.filter, dict) else (layer.filter,)
    for one in names:
        yield from (one,) if isinstance(one, str) else one


def _mask_faults(text: LookText) -> Iterator[tuple[Place, str]]:
    for number, layer in enumerate(text.document.layers):
        if layer.mask is not None:
            yield from _faults_of_mask(layer.mask, ("layers", number, "mask"))


def _faults_of_mask(mask: MaskPart, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(mask, (IntersectionMask, UnionMask)):
        for number, inner in enumerate(mask.masks):
            yield from _faults_of_mask(inner, (*place, "masks", number))
    key = _FILES.get(type(mask))
    if key is not None:
        try:
            uri = parse_uri(getattr(mask, key))
            if uri.path.endswith("/") or not uri.path:
                raise InvalidUri(f"'{uri}' names a folder, and a mask is a file. Give the file's URI.")
        except InvalidUri as error:
            yield (*place, key), str(error)


def _staged(mask: MaskPart, take: Take) -> MaskPart:
    if isinstance(mask, (IntersectionMask, UnionMask)):
        return mask.model_copy(update={"masks": tuple(_staged(inner, take) for inner in mask.masks)})
    key = _FILES.get(type(mask))
    return mask if key is None else mask.model_copy(update={key: str(take(getattr(mask, key)).absolute())})
