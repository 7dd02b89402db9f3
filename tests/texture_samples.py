"""A texture file of a network that was not trained."""

from __future__ import annotations

from pathlib import Path

from rotoscope.networks.texture_network import (
    MARGIN_PIXELS,
    MULTIPLE,
    NOISE_CHANNELS,
    TextureNetwork,
    build_texture_graph,
)
from rotoscope.render.texture_file import TextureCard, with_card


def place_texture(folder: Path, name: str) -> None:
    """A texture file, as a training would have left it."""
    card = TextureCard(
        name=name,
        style_sha256="0" * 64,
        features="toy",
        noise_channels=NOISE_CHANNELS,
        multiple=MULTIPLE,
        margin=MARGIN_PIXELS,
        steps=1,
    )
    (folder / f"{name}.onnx").write_bytes(with_card(build_texture_graph(TextureNetwork().eval()), card))
