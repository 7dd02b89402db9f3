"""The contract of a filter."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from rotoscope.media.frame import Pixels


@runtime_checkable
class Filter(Protocol):
    """Turns a picture into a picture of the same size.

    Promises every filter keeps:

    * deterministic: the same pixels give the same pixels (on one machine, at one precision);
    * it knows nothing of time and never writes to its input or to itself;
    * input (H, W, 3) uint8 or uint16 RGB, full range, any H, W >= 1; output the same shape and dtype.
      Alpha never reaches a filter: whoever calls keeps the matte beside it;
    * it may be called from any thread, one call at a time.
    """

    @property
    def name(self) -> str:
        """Name in the palette, or what the user typed for a classical filter, e.g. ``posterize``."""
        ...

    @property
    def kind(self) -> str:
        """Class of filter: ``neural``, ``lineart``, ``posterize``, ``colors``, ``lut``, ``chain`` …."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of everything that decides its output: file contents, kind, version, options."""
        ...

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture.

        Raises:
            FilterFailed: the picture cannot be painted.
        """
        ...


def arithmetic_of(filter: Filter) -> str:
    """Library and precision that decide the last bits of its paintings; empty where nothing varies.

    Filters that vary have a property ``arithmetic``.
    """
    return str(getattr(filter, "arithmetic", ""))
