"""Networks of other makers made into filters.

A style network in ONNX says little about itself: values may run from 0 to 1, from 0 to 255 or from -1 to
1, colors may be in either order, sizes may be fixed. What the graph tells is read from it, the rest is
probed by running it or assumed; every finding is noted with its evidence on the card, and every one can be
overridden.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from math import prod

import onnx

from rotoscope.errors import UnsupportedArchitecture
from rotoscope.filters.card import Card, Cost, Import, Padding, card_errors, require_name
from rotoscope.filters.graph_rules import dimensions, parse_model, real_inputs, require_safe
from rotoscope.palette.conventions import (
    ChannelOrder,
    Layout,
    SideFacts,
    ValueRange,
    read_input_side,
    read_metadata,
    read_output_side,
)
from rotoscope.palette.folding import fold_constants
from rotoscope.palette.modernizing import modernize
from rotoscope.palette.probing import probe_padding, probe_ranges
from rotoscope.palette.wrapping import Conventions, wrap_network

_MARGIN_PIXELS = 16
"""Border for networks that pad with zeros inside: their outermost strokes are dull, and are cropped off."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What a user knows about a network; None: find out."""

    input_range: ValueRange | None = None
    """Values it takes."""
    output_range: ValueRange | None = None
    """Values it gives."""
    channels: ChannelOrder | None = None
    """Order of its color channels, in and out."""
    margin: int | None = None
    """Pixels added on each side and cropped off."""
    title: str | None = None
    author: str | None = None
    license: str | None = None


@dataclass(frozen=True, slots=True)
class ConvertedNetwork:
    """A network in the filter format, not yet written."""

    model: onnx.ModelProto
    card: Card
    half_weights: bool = True
    """Whether its weights shall be stored as float16."""


def convert_network(
    data: bytes, *, file_name: str, name: str, options: ImportOptions | None = None
) -> ConvertedNetwork:
    """Make a filter of another maker's network.

    Args:
        data: contents of the .onnx file.
        file_name: its name, for the card and for errors.
        name: name of the filter to be.
        options: what is known about it.

    Raises:
        UnsupportedArchitecture: not ONNX, not one picture in and one out, or not to be run.
        UnsafeFile: the graph could do more than compute.
        InvalidCard: ``name`` is not the name of a filter.
    """
    require_name(name)
    given = options or ImportOptions()
    parsed = parse_model(data, what=file_name)
    modern = modernize(parsed, what=file_name)
    require_safe(modern, what=file_name)
    network = fold_constants(modern)
    layout = _picture_layout(network, file_name)
    size = _declared_size(network, layout)
    conventions, evidence = _decide(network, given, layout, size, read_metadata(parsed))
    margin = (
        given.margin if given.margin is not None else (_MARGIN_PIXELS if _pads_with_zeros(network) else 0)
    )
    model, padding, fixed_size = _fit_size(network, conventions, size, margin)
    with card_errors():
        card = Card(
            name=name,
            padding=padding,
            fixed_size=fixed_size,
            title=given.title,
            author=given.author,
            license=given.license,
            cost=_cost(network),
            imported=Import(
                file_name=file_name,
                sha256=sha256(data).hexdigest(),
                input_range=conventions.input_range,
                output_range=conventions.output_range,
                input_channels=conventions.input_channels,
                output_channels=conventions.output_channels,
                layout=layout,
                evidence=evidence,
            ),
        )
    return ConvertedNetwork(model, card)


def _picture_layout(network: onnx.ModelProto, what: str) -> Layout:
    inputs, outputs = real_inputs(network), list(network.graph.output)
    shapes = [dimensions(value) for value in (*inputs, *outputs)]
    if len(inputs) == 1 and len(outputs) == 1 and len(shapes[0]) == 4 and shapes[0][0] in (None, 1):
        if shapes[0][1] == 3:
            return "nchw"
        if shapes[0][3] == 3:
            return "nhwc"
    listed = [f"{value.name} {shape}" for value, shape in zip((*inputs, *outputs), shapes, strict=True)]
    raise UnsupportedArchitecture(
        f"{what} has {len(inputs)} inputs and {len(outputs)} outputs: {', '.join(listed)}. A style network"
        " has one picture in and one out, of shape (1, 3, H, W) or (1, H, W, 3), one picture at a time;"
        " networks that take a style picture as well are not read."
    )


def _declared_size(network: onnx.ModelProto, layout: Layout) -> tuple[int, int] | None:
    shape = dimensions(real_inputs(network)[0])
    height, width = (shape[2], shape[3]) if layout == "nchw" else (shape[1], shape[2])
    return None if height is None or width is None else (width, height)


def _decide(
    network: onnx.ModelProto,
    given: ImportOptions,
    layout: Layout,
    size: tuple[int, int] | None,
    metadata: SideFacts,
) -> tuple[Conventions, tuple[str, ...]]:
    """Every convention by the best evidence there is: given, metadata, graph, probe, assumption."""
    evidence: list[str] = []
    before = read_input_side(network.graph, real_inputs(network)[0].name)
    after = read_output_side(network.graph, network.graph.output[0].name)
    takes = _pick_range("input range", given.input_range, metadata, before, evidence)
    gives = _pick_range("output range", given.output_range, None, after, evidence)
    if takes is None or gives is None:
        probed = probe_ranges(
            network.SerializeToString(), layout=layout, size=size, input_range=takes, output_range=gives
        )
        unknown = [side for side, known in (("input", takes), ("output", gives)) if known is None]
        takes, gives = probed.input_range, probed.output_range
        found = {"input": takes, "output": gives}
        evidence += [
            f"{side} range {found[side]}: probed, likeness {probed.likeness:.2f}" for side in unknown
        ]
    takes_order = _pick_order("input channels", given.channels, metadata, before, None, evidence)
    gives_order = _pick_order("output channels", given.channels, metadata, after, takes_order, evidence)
    return Conventions(takes, gives, takes_order, gives_order, layout), tuple(evidence)


def _pick_range(
    what: str, given: ValueRange | None, metadata: SideFacts | None, read: SideFacts, evidence: list[str]
) -> ValueRange | None:
    if given is not None:
        evidence.append(f"{what} {given}: given")
        return given
    for facts in (metadata, read):
        if facts is not None and facts.value_range is not None:
            evidence.append(f"{what} {facts.value_range}: {facts.range_reason}")
            return facts.value_range
    return None


def _pick_order(
    what: str,
    given: ChannelOrder | None,
    metadata: SideFacts,
    read: SideFacts,
    other_side: ChannelOrder | None,
    evidence: list[str],
) -> ChannelOrder:
    if given is not None:
        evidence.append(f"{what} {given}: given")
        return given
    for facts in (metadata, read):
        if facts.channels is not None:
            evidence.append(f"{what} {facts.channels}: {facts.channels_reason}")
            return facts.channels
    evidence.append(f"{what} {other_side or 'rgb'}: assumed{' as on the input side' if other_side else ''}")
    return other_side or "rgb"


def _fit_size(
    network: onnx.ModelProto, conventions: Conventions, size: tuple[int, int] | None, margin: int
) -> tuple[onnx.ModelProto, Padding, tuple[int, int] | None]:
    """The wrapped graph for pictures of any size, or where it allows none, for its declared size alone."""
    free = wrap_network(network, conventions, size=None)
    padding = probe_padding(free.SerializeToString(), margin=margin)
    if padding is not None:
        return free, padding, None
    if size is None:
        raise UnsupportedArchitecture(
            "The network could not be run on a test picture of any size, or does not give back a picture"
            " of the same size. Give a network for style transfer, exported with its input size free or"
            " fixed."
        )
    return wrap_network(network, conventions, size=size), Padding(multiple=1), size


def _pads_with_zeros(network: onnx.ModelProto) -> bool:
    return any(_node_pads_with_zeros(node) for node in network.graph.node)


def _node_pads_with_zeros(node: onnx.NodeProto) -> bool:
    attributes = {attribute.name: attribute for attribute in node.attribute}
    if node.op_type == "Pad":
        return "mode" not in attributes or attributes["mode"].s == b"constant"
    if node.op_type != "Conv":
        return False
    is_automatic = "auto_pad" in attributes and attributes["auto_pad"].s.startswith(b"SAME")
    return is_automatic or ("pads" in attributes and any(value > 0 for value in attributes["pads"].ints))


def _cost(network: onnx.ModelProto) -> Cost:
    floats = (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16)
    return Cost(parameters=sum(prod(t.dims) for t in network.graph.initializer if t.data_type in floats))
