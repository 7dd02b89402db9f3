"""From a look file's document to a look that paints: filters loaded, masks opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from hashlib import file_digest
from pathlib import Path
from typing import TypeAlias, TypeVar, cast

from rotoscope.errors import InvalidLook, LookFault, RotoscopeError
from rotoscope.filters.base import Filter
from rotoscope.filters.chain import chain
from rotoscope.filters.controls import Colors, controls_of, with_controls
from rotoscope.filters.spec import parse_filter_spec, parse_mixture
from rotoscope.media.probe import inspect_media
from rotoscope.media.stills import read_still
from rotoscope.render.any_look import AnyLook
from rotoscope.render.look import Look
from rotoscope.render.looks.document import FilterNames, Layer, NumberKey, in_order
from rotoscope.render.looks.layered import END_OF_TIME, LayeredLook, PaintedLayer, moments_of
from rotoscope.render.looks.mask_schema import (
    ColorMask,
    IntersectionMask,
    LinearMask,
    LumaMask,
    MaskPart,
    PictureMask,
    RadialMask,
    RegionMask,
    SaturationMask,
    SegmentationMask,
    UnionMask,
    VideoMask,
)
from rotoscope.render.looks.masks.base import FinishedMask, MaskSource
from rotoscope.render.looks.masks.combined import CombinedSource
from rotoscope.render.looks.masks.footage import CarriedSource, SegmentationSource, VideoSource
from rotoscope.render.looks.masks.keys import KeySource
from rotoscope.render.looks.masks.still import GradientSource, PictureSource, RegionSource, mask_of_picture
from rotoscope.render.looks.networks import read_network
from rotoscope.render.looks.reading import LookText, read_look_file
from rotoscope.render.looks.track import Key, Track, constant, with_fades
from rotoscope.render.recipe_line import RecipeLine
from rotoscope.render.yaml_lines import Place, told_place

LoadFilter: TypeAlias = Callable[[str], Filter]
"""Makes a filter of what one types after ``--filter``."""
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a command says beside a look file."""

    strength: float = 1.0
    """Multiplies the look's."""
    size: int | None = None
    """Instead of the look's."""
    stroke_scale: float | None = None
    """For all layers."""
    colors: Colors | None = None
    """For all layers."""


def open_look(path: Path, load_filter: LoadFilter, *, overrides: Overrides = Overrides()) -> AnyLook:
    """Read a look file and make it ready to paint.

    Args:
        path: a YAML file; see docs/how-to/look-files.md.
        load_filter: loads the filters that it names.
        overrides: what is to be otherwise than in the file.

    Returns:
        A :class:`~rotoscope.render.look.Look` where the file holds no more than that: one layer that does not
        change, has no mask, and is laid on the photograph. Else a :class:`LayeredLook`.

    Raises:
        InvalidLook: the file is not in order; every fault is named with its line, those of filters and of the
            files it names included.
    """
    return build_look(read_look_file(path), path.parent, load_filter, overrides=overrides)


def build_look(text: LookText, folder: Path, load_filter: LoadFilter, *, overrides: Overrides) -> AnyLook:
    """The same for a look file that was read; the files that it names are looked for in ``folder``."""
    builder = _Builder(text, folder, load_filter, overrides)
    look = builder.build()
    layered = isinstance(look, LayeredLook)
    recipe = RecipeLine(
        look=text.text,
        filters=builder.digests,
        digest=look.digest_between(Fraction(0), END_OF_TIME) if layered else None,
        **{key: getattr(overrides, key) for key in ("strength", "size", "stroke_scale", "colors")},
    )
    return replace(look, recipe=recipe.to_json())


@dataclass
class _Builder:
    text: LookText
    folder: Path
    load_filter: LoadFilter
    overrides: Overrides
    faults: list[LookFault] = field(default_factory=list[LookFault])
    loaded: dict[object, Filter] = field(default_factory=dict[object, Filter])
    digests: dict[str, str] = field(default_factory=dict[str, str])

    def build(self) -> Look | LayeredLook:
        document = self.text.document
        made = [self._layer(layer, ("layers", number)) for number, layer in enumerate(document.layers)]
        if self.faults:
            raise InvalidLook.of(self.text.name, self.faults)
        layers = tuple(layer for layer in made if layer is not None)
        strength = document.strength * self.overrides.strength
        size = self.overrides.size or document.size
        plain = _as_plain(layers)
        if plain is not None:
            filter, own = plain
            return Look((filter,), strength=strength * own, size=size, hold=document.hold)
        return LayeredLook(
            title=document.title or Path(self.text.name).stem,
            layers=layers,
            overall_strength=strength,
            size=size,
            hold=document.hold,
            cuts=document.cuts,
            moments=moments_of(layers, [*(document.cuts or ()), *_drawn_at(document.layers)]),
        )

    def _layer(self, layer: Layer, place: Place) -> PaintedLayer | None:
        filters = self._filters(layer, place)
        mask = None if layer.mask is None else self._mask(layer.mask, (*place, "mask"))
        if filters is None or (mask is None and layer.mask is not None):
            return None
        return PaintedLayer(
            filters=filters,
            strength=_strengths(layer),
            paints=layer.paints,
            blend=layer.blend,
            mask=mask,
            shots=None if layer.shots is None else frozenset(layer.shots),
        )

    def _filters(self, layer: Layer, place: Place) -> Track[Filter] | None:
        place = (*place, "filter")
        if not isinstance(layer.filter, dict):
            filter = self._filter(layer, layer.filter, place)
            return None if filter is None else constant(filter)
        keyframes = in_order(cast("Mapping[Fraction, FilterNames]", layer.filter))
        found = [(time, self._filter(layer, names, place)) for time, names in keyframes]
        keys = [Key(time, filter, layer.easing) for time, filter in found if filter is not None]
        if len(keys) < len(found):
            return None
        return Track(tuple(keys)) if layer.fade is None else with_fades(keys, layer.fade)

    def _filter(self, layer: Layer, names: FilterNames, place: Place) -> Filter | None:
        specs = (names,) if isinstance(names, str) else names
        document, said = self.text.document, self.overrides
        controls = controls_of(
            stroke_scale=said.stroke_scale or layer.stroke_scale or document.stroke_scale,
            color=said.colors or layer.colors or document.colors,
        )
        if (specs, controls) not in self.loaded:
            try:
                filters = [self.load_filter(self._from_here(spec)) for spec in specs]
                self.digests |= {spec: filter.digest for spec, filter in zip(specs, filters, strict=True)}
                self.loaded[specs, controls] = with_controls(chain(filters), controls)
            except RotoscopeError as error:
                self._note(place, str(error))
                return None
        return self.loaded[specs, controls]

    def _from_here(self, spec: str) -> str:
        """A filter file is looked for beside the look file."""
        if parse_mixture(spec) is None:
            parsed = parse_filter_spec(spec)
            beside = self.folder / parsed.name
            if parsed.is_path and beside.is_file():
                return str(beside) + spec[len(parsed.name) :]
        return spec

    def _mask(self, told: MaskPart, place: Place) -> FinishedMask | None:
        try:
            source = self._source(told, place)
        except RotoscopeError as error:
            self._note((*place, "network" if isinstance(told, SegmentationMask) else "file"), str(error))
            return None
        return None if source is None else FinishedMask(source, told)

    def _source(self, told: MaskPart, place: Place) -> MaskSource | None:
        match told:
            case IntersectionMask() | UnionMask():
                places = [(*place, "masks", number) for number in range(len(told.masks))]
                masks = [self._mask(mask, here) for mask, here in zip(told.masks, places, strict=True)]
                found = tuple(mask for mask in masks if mask is not None)
                return CombinedSource(told.kind, found) if len(found) == len(masks) else None
            case PictureMask() | VideoMask() | SegmentationMask():
                return _source_of_file(told, self.folder)
            case _:
                return _own_source(told)

    def _note(self, place: Place, told: str) -> None:
        fault = LookFault(self.text.line_of(place), told_place(place), told)
        if fault not in self.faults:
            self.faults.append(fault)


def _own_source(told: MaskPart) -> MaskSource:
    """Of a mask that the look file says all about."""
    match told:
        case LinearMask() | RadialMask():
            return GradientSource(told)
        case ColorMask() | LumaMask() | SaturationMask():
            return KeySource(told)
        case RegionMask():
            return CarriedSource(told) if told.carried else RegionSource(told)
        case _:
            raise AssertionError(told)


def _source_of_file(told: PictureMask | VideoMask | SegmentationMask, folder: Path) -> MaskSource:
    """Of a mask that is in a file of its own."""
    match told:
        case PictureMask():
            return PictureSource(mask_of_picture(read_still(folder / told.file).pixels))
        case VideoMask():
            path = folder / told.file
            inspect_media(path, count=False)  # says what is wrong with it
            with path.open("rb") as file:
                return VideoSource(path, file_digest(file, "sha256").hexdigest())
        case SegmentationMask():
            return SegmentationSource(told, *read_network(folder / told.network))


def _strengths(layer: Layer) -> Track[float]:
    if not isinstance(layer.strength, dict):
        return constant(cast("float", layer.strength))
    keys: list[Key[float]] = []
    for time, value in in_order(cast("Mapping[Fraction, float | NumberKey]", layer.strength)):
        if isinstance(value, NumberKey):
            keys.append(Key(time, value.to, value.easing or layer.easing))
        else:
            keys.append(Key(time, value, layer.easing))
    return Track(tuple(keys))


def _as_plain(layers: tuple[PaintedLayer, ...]) -> tuple[Filter, float] | None:
    """Filter and strength of a look that a chain and a number say as well."""
    if len(layers) != 1:
        return None
    (layer,) = layers
    changes = not (layer.filters.is_constant and layer.strength.is_constant)
    if changes or layer.mask is not None or layer.blend != "normal" or layer.shots is not None:
        return None
    return layer.filters.keys[0].value, layer.strength.keys[0].value


def _drawn_at(layers: tuple[Layer, ...]) -> Iterator[Fraction]:
    """When regions were drawn."""
    waiting: list[object] = [layer.mask for layer in layers]
    while waiting:
        mask = waiting.pop()
        if isinstance(mask, RegionMask):
            yield mask.at
        elif isinstance(mask, (IntersectionMask, UnionMask)):
            waiting.extend(mask.masks)
