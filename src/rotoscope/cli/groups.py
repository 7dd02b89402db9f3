"""Options that go together, for the commands that paint: declared once, and what they are made into."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import typer

from rotoscope.cli import options

if TYPE_CHECKING:
    from pathlib import Path

    from rotoscope.media.encoders import EncoderOptions
    from rotoscope.render.options import RenderOptions


@dataclass(frozen=True)
class Arithmetic:
    """How filters calculate."""

    threads: options.Threads = None
    precision: options.Precision = "auto"


@dataclass(frozen=True)
class LookChoice:
    """What is painted."""

    filter_names: options.Filters = None
    look_file: options.LookFile = None
    like: options.Like = None
    strength: options.Strength = 1.0
    stroke_scale: options.StrokeScale = None
    colors: options.Colors = "style"
    size: options.Size = None

    def arguments(self, arithmetic: Arithmetic) -> dict[str, Any]:
        """Of :func:`rotoscope.cli.requests.make_look`; JSON holds them."""
        paths = {"look_file": self.look_file, "like": self.like}
        return {
            **asdict(self),
            **asdict(arithmetic),
            "filter_names": self.filter_names or [],
            **{name: None if path is None else str(path) for name, path in paths.items()},
        }


@dataclass(frozen=True)
class Encoding:
    """How results are encoded."""

    quality: options.Quality = None
    codec: options.Codec = None
    preset: options.Preset = None
    width: options.Width = None
    loop: options.Loop = 0

    def made(self) -> EncoderOptions:
        """For the library."""
        from rotoscope.media.encoders import EncoderOptions  # noqa: PLC0415 - see cli.main

        return EncoderOptions(**asdict(self))


@dataclass(frozen=True)
class Telling:
    """What a painted picture says of itself, and who vouches for it."""

    no_provenance: options.NoProvenance = False
    credentials: options.CredentialsFile = None
    key: options.CredentialsKey = None

    def made(self) -> dict[str, Any]:
        """Of ``RenderOptions``.

        Raises:
            typer.BadParameter: a certificate without its key, or a key without its certificate.
            RotoscopeError: the two cannot sign.
        """
        if (self.credentials is None) != (self.key is None):
            raise typer.BadParameter("--credentials and --key go together: give the certificate and its key.")
        if self.no_provenance and self.credentials is not None:
            raise typer.BadParameter(
                "--no-provenance was given with --credentials, which sign the provenance: leave one out."
            )
        told: dict[str, Any] = {"provenance": not self.no_provenance}
        if self.credentials is not None and self.key is not None:
            from rotoscope.media.credentials import read_credentials  # noqa: PLC0415 - see cli.main

            told["credentials"] = read_credentials(self.credentials, self.key)
        return told


@dataclass(frozen=True)
class Rendering:
    """How sources are read and rendered: the fields of ``RenderOptions`` of the same names."""

    coherence: options.Coherence = None
    to_sdr: options.ToSdr = False
    wrap: options.Wrap = None
    on_truncated: options.OnTruncated = "fail"
    on_corrupt: options.OnCorrupt = "fail"
    workers: options.Workers = 1
    score: options.Score = False

    def made(self, like: Path | None = None) -> RenderOptions:
        """For the library.

        Args:
            like: a result whose coherence is repeated where none was said.

        Raises:
            RotoscopeError: that result does not say how it was made, or cannot be read.
        """
        from rotoscope.render.options import RenderOptions  # noqa: PLC0415 - see cli.main
        from rotoscope.render.recipe_line import read_recipe  # noqa: PLC0415

        repeated = None if like is None else read_recipe(like).coherence
        given: dict[str, Any] = {**asdict(self), "coherence": self.coherence or repeated}
        return RenderOptions(**{name: one for name, one in given.items() if one is not None})
