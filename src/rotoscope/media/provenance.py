"""What a painted picture says of itself: what painted it, in whose style, of which photograph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rotoscope._version import __version__

PROCESS: Final = "algorithmically painted"
"""What was done, in the words that every picture has."""
TRAINED: Final = "compositeWithTrainedAlgorithmicMedia"
"""IPTC's term for a photograph that a trained network has changed."""
ALTERED: Final = "algorithmicallyEnhanced"
"""IPTC's term for a photograph that arithmetic alone has changed."""
SOURCE_TYPES: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""What IPTC's terms stand after."""


@dataclass(frozen=True, slots=True)
class StyleCredit:
    """The picture that a filter was made of, as its card tells; None: the card does not say."""

    title: str | None = None
    artist: str | None = None
    year: str | None = None
    license: str | None = None
    collection: str | None = None
    source: str | None = None
    """Where the picture was found."""
    sha256: str | None = None
    """Of the picture's file."""

    @property
    def told(self) -> str:
        """``The Great Wave by Katsushika Hokusai, 1831, CC0-1.0``."""
        title = self.title or "an untitled picture"
        named = f"{title} by {self.artist}" if self.artist else title
        return ", ".join(part for part in (named, self.year, self.license) if part)


@dataclass(frozen=True, slots=True)
class FilterCredit:
    """One filter that painted."""

    name: str
    kind: str
    digest: str
    """SHA-256 of everything that decides its output."""
    is_trained: bool
    """Whether a network painted, or arithmetic alone."""
    title: str | None = None
    author: str | None = None
    license: str | None = None
    styles: tuple[StyleCredit, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a picture was made."""

    filters: tuple[FilterCredit, ...]
    """At least one."""
    look: str
    """In words, e.g. ``great-wave at strength 0.8``."""
    recipe: str | None = None
    """The recipe line, by which it can be painted again."""
    source_name: str | None = None
    """Name of the source's file; None: it is not to be told."""
    source_sha256: str | None = None
    """Of the source's file."""
    moment: str | None = None
    """Seconds from the first frame of a source that moves."""
    version: str = __version__
    """Of Rotoscope."""

    @property
    def software(self) -> str:
        """``Rotoscope 1.0``."""
        return f"Rotoscope {self.version}"

    @property
    def is_trained(self) -> bool:
        """Whether a network was among those that painted."""
        return any(one.is_trained for one in self.filters)

    @property
    def source_type(self) -> str:
        """IPTC's digital source type, as a URI."""
        return SOURCE_TYPES + (TRAINED if self.is_trained else ALTERED)

    @property
    def sentence(self) -> str:
        """For people: what was done, with what, of what."""
        source = self.source_name or "A picture"
        styles = dict.fromkeys(style.told for one in self.filters for style in one.styles if style.title)
        made_of = f"; in the style of {'; '.join(styles)}" if styles else ""
        return f"{source}, {PROCESS} with {self.look} by {self.software}{made_of}."
