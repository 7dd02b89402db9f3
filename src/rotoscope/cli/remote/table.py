"""What a command's options are for a server: the one table from the command line to the API's parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import quote

from rotoscope.cli.remote.projects import create_painting

if TYPE_CHECKING:
    from rotoscope.client import Client, Job

Given: TypeAlias = Mapping[str, Any]
"""Options by name, those alone that are not at their defaults."""


@dataclass(frozen=True)
class Remote:
    """A command's counterpart at a server."""

    operation: str
    same: frozenset[str] = frozenset()
    """Options that are parameters of the same name."""
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])
    """Options that are parameters of another name."""
    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    """Options that name files, or lists of them, and their parameters."""
    styles: str | None = None
    """The option with style images."""
    folders: frozenset[str] = frozenset()
    """Options that name folders, whatever they end with."""
    output: str | None = None
    """The option that says where the result goes."""
    made: Mapping[str, Callable[[Any], dict[str, Any]]] = field(
        default_factory=dict[str, "Callable[[Any], dict[str, Any]]"]
    )
    """Options of which parameters are made."""
    fixed: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Parameters that the command itself stands for."""
    joined: frozenset[str] = frozenset()
    """Options of which :attr:`join` makes parameters together."""
    join: Callable[[Given], dict[str, Any]] | None = None
    create: Callable[[Client, dict[str, Any]], Job] | None = None
    """Makes the job, where that is not asked for as others are."""

    def params(self, given: Given) -> dict[str, Any]:
        """Parameters of the options that name no files."""
        found = {**self.fixed, **{name: value for name, value in given.items() if name in self.same}}
        found |= {self.renamed[name]: value for name, value in given.items() if name in self.renamed}
        for name, make in self.made.items():
            if name in given:
                found |= make(given[name])
        if self.join is not None:
            found |= self.join({name: value for name, value in given.items() if name in self.joined})
        return found

    @property
    def known(self) -> frozenset[str]:
        """All options that have a counterpart."""
        named = {*self.same, *self.renamed, *self.sources, *self.made, *self.joined, *SHOWN}
        return frozenset(named | {name for name in (self.output, self.styles) if name is not None})


SHOWN: Final = frozenset({"as_json", "quiet", "overwrite"})
"""What is shown and replaced here, whoever does the work."""


def _filters(names: list[str]) -> dict[str, Any]:
    return {"filter": names[0] if len(names) == 1 else names}


def _look(path: Path) -> dict[str, Any]:
    from rotoscope.errors import OpenError  # noqa: PLC0415 - see cli.main
    from rotoscope.render.looks.reading import plain_look  # noqa: PLC0415

    try:
        return {"look": plain_look(path.read_text(encoding="utf-8"), name=str(path))}
    except OSError as error:
        raise OpenError(f"{path} cannot be read: {error.strerror}. Give a look file.") from error


def _named_look(path: Path) -> dict[str, Any]:
    return {**_look(path), "look_name": path.stem}


def _candidates(texts: list[str]) -> dict[str, Any]:
    from rotoscope.render.candidates import split_specs  # noqa: PLC0415 - see cli.main

    return {"filters": [spec for text in texts for spec in split_specs(text)]}


def _style_image(given: Given) -> dict[str, Any]:
    """What the card says of the style images: once for all."""
    from rotoscope.errors import InvalidOptions  # noqa: PLC0415 - see cli.main

    names = {"license_": "license"}
    several = [f"--{names.get(name, name)}" for name, values in given.items() if len(values) > 1]
    if several:
        raise InvalidOptions(
            f"{', '.join(several)} was given more than once. A server says the same of all style images: "
            "give it once."
        )
    image = {names.get(name, name): values[0] for name, values in given.items()}
    return {"style_image": image} if image else {}


def _center(text: str) -> dict[str, Any]:
    from rotoscope.render.sharing.crop import parse_center  # noqa: PLC0415 - see cli.main

    return {"center": parse_center(text)}


_SPAN: Final = frozenset({"start", "stop", "every", "fps"})
_ENCODED: Final = frozenset({"quality", "codec", "preset"})
_ENCODING: Final = _ENCODED | {"width", "loop"}
_FEATURES: Final = frozenset({"features", "normalization"})
_WEIGHTS: Final = {"feature_weights": "feature_weights"}
_RENDERING: Final = frozenset({"coherence", "to_sdr", "wrap", "on_truncated", "on_corrupt", "score"})
_PAINTING: Final = _SPAN | _ENCODING | _RENDERING | {"strength", "stroke_scale", "colors", "size"}
_CARD: Final = frozenset({"title", "artist", "year", "license_", "source", "collection"})

REMOTE: Final[Mapping[str, Remote]] = {
    "stylize": Remote(
        "renders",
        same=_PAINTING,
        sources={"source": "source"},
        made={
            "filter_names": _filters,
            "look_file": _look,
            "no_provenance": lambda _: {"provenance": False},
        },
        output="output",
    ),
    "quote": Remote(
        "quote",
        same=_PAINTING - {"score"} | {"plan"},
        sources={"source": "source"},
        made={
            "filter_names": _filters,
            "look_file": _look,
            "output": lambda path: {"output": f"data://quoted/{quote(path.name)}"},
        },
    ),
    "separate": Remote(
        "separate",
        same=_SPAN | {"quality", "on_truncated"},
        sources={"source": "source"},
        made={"picture_format": lambda kind: {"picture_format": "tif" if kind == "tiff" else kind}},
        output="folder",
        folders=frozenset({"folder"}),
    ),
    "assemble": Remote(
        "assemble",
        same=_ENCODED,
        sources={"folder": "source", "source": "original"},
        folders=frozenset({"folder"}),
        output="output",
    ),
    "inspect": Remote("inspect", sources={"source": "source"}),
    "check": Remote("check", sources={"source": "source", "result": "result"}),
    "score": Remote(
        "score",
        same=frozenset({"frames", "skip", "width"}),
        sources={"source": "source", "result": "result", "base": "base"},
    ),
    "audition": Remote(
        "audition",
        same=frozenset({"frames", "size", "sort"}),
        sources={"sources": "sources"},
        made={"filters": _candidates},
        output="output",
    ),
    "flow": Remote(
        "flow",
        same=frozenset({"engine", "occlusions", "max_speed", "start", "stop", "size", "quality"}),
        sources={"source": "source"},
        output="output",
    ),
    "loop": Remote(
        "share",
        same=frozenset({"start", "seconds", "megabytes", "fade", "width", "fps", "quality"}),
        sources={"source": "source"},
        output="output",
        fixed={"form": "loop"},
    ),
    **{
        form: Remote(
            "share",
            same=frozenset({"size", "start", "stop", "quality"}),
            sources={"source": "source"},
            made={"center": _center},
            output="output",
            fixed={"form": form},
        )
        for form in ("square", "vertical")
    },
    "before_after": Remote(
        "share",
        same=frozenset({"offset", "labels", "size", "seconds", "quality"}),
        renamed={"form": "shown"},
        sources={"source": "source", "painted": "painted"},
        output="output",
        fixed={"form": "before-after"},
    ),
    "poster": Remote(
        "share",
        same=frozenset({"title", "text", "width", "quality"}),
        renamed={"moment": "at"},
        sources={"source": "source"},
        output="output",
        fixed={"form": "poster"},
    ),
    "optimize": Remote(
        "optimize",
        same=_FEATURES
        | {
            "size",
            "style_weight",
            "content_weight",
            "variation_weight",
            "style_scale",
            "style_loss",
            "colors",
        }
        | {"iterations", "coarse_iterations", "method", "seed", "start_filter", "coherence", "quality"},
        renamed={"begin": "start", "end": "stop"},
        sources={"photo": "source", **_WEIGHTS},
        styles="style",
        output="output",
    ),
    "texture": Remote(
        "texture",
        same=_FEATURES | {"size", "tileable", "seed", "iterations", "coarse_iterations", "quality"},
        renamed={"duration": "seconds"},
        sources=_WEIGHTS,
        styles="style",
        output="output",
    ),
    "paint": Remote(
        "project-paint",
        same=frozenset(
            {"start", "stop", "coherence", "strength", "with_frames", "quality", "codec", "preset"}
        ),
        renamed={"folder": "project"},
        sources={"clip": "source"},
        made={"filter_names": _filters, "look_file": _named_look},
        output="output",
        create=create_painting,
    ),
    "train": Remote(
        "train",
        same=_FEATURES
        | {"name", "minutes", "steps", "style_weight", "stroke_scale", "colors", "from_scratch", "meaning"},
        renamed={"tag": "tags"},
        sources={"content": "content", **_WEIGHTS},
        styles="style",
        joined=_CARD,
        join=_style_image,
    ),
}
"""By the name of the command."""
