"""Options of the commands that need a feature network: which one, where it runs, and what is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from rotoscope.cli import options, train_options
from rotoscope.cli.present import print_json
from rotoscope.errors import MissingExtra

if TYPE_CHECKING:
    from pathlib import Path

    from rotoscope.networks.features import FeatureNetwork
    from rotoscope.optimize.recipe import OptimizeRecipe
    from rotoscope.training.recipe import Recipe

Made = TypeVar("Made")


@dataclass(frozen=True)
class FeatureChoice:
    """Which feature network, and where its weights are: a file, or fetched ones."""

    features: train_options.Features = None
    feature_weights: train_options.FeatureWeights = None
    normalization: train_options.Normalization = None

    def for_optimizing(self, recipe: OptimizeRecipe, cache_dir: Path) -> FeatureNetwork:
        """The recipe's network with its layers, in float32."""
        import torch  # noqa: PLC0415 - heavy, and only needed here

        return self._load(
            recipe.features,
            cache_dir,
            {"precision": torch.float32, "layers": recipe.layers, "pooling": recipe.pooling},
        )

    def for_training(self, recipe: Recipe, cache_dir: Path) -> FeatureNetwork:
        """The recipe's network."""
        return self._load(recipe.features, cache_dir, {})

    def _load(self, architecture: str, cache_dir: Path, how: dict[str, Any]) -> FeatureNetwork:
        from rotoscope.networks.weights import fetch_feature_network, load_feature_network  # noqa: PLC0415

        if self.feature_weights is None:
            return fetch_feature_network(architecture, cache_dir=cache_dir, **how)
        return load_feature_network(
            self.feature_weights, architecture=architecture, normalization=self.normalization, **how
        )


@dataclass(frozen=True)
class Running:
    """Where the work is done, what may be replaced, and what is shown."""

    device: train_options.Device = "auto"
    threads: options.Threads = None
    overwrite: options.Overwrite = False
    as_json: options.AsJson = False
    quiet: options.Quiet = False

    @property
    def is_shown(self) -> bool:
        """Whether people watch."""
        return not (self.quiet or self.as_json)

    def limit_threads(self) -> None:
        """Let PyTorch take as many threads as was said."""
        import torch  # noqa: PLC0415 - heavy, and only needed here

        if self.threads is not None:
            torch.set_num_threads(self.threads)

    def present(self, made: Made, summary: Callable[[Made], str]) -> None:
        """One line, or JSON."""
        if self.as_json:
            print_json(made)
        elif not self.quiet:
            typer.echo(summary(made))


def require_torch(work: str = "Training") -> None:
    """Say what to install where torch is missing.

    Args:
        work: what needs it, as a sentence begins.

    Raises:
        MissingExtra: the extra ``train`` is not installed.
    """
    from importlib.util import find_spec  # noqa: PLC0415

    missing = [package for package in ("torch", "safetensors") if find_spec(package) is None]
    if missing:
        raise MissingExtra(
            f"{work} needs {' and '.join(missing)}, which painting does not: "
            'install the extra with pip install "rotoscope[train]".'
        )
