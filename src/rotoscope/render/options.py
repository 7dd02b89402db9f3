"""How clips are read and rendered, whatever the look."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from rotoscope.errors import InvalidOptions
from rotoscope.media.clip import OnTruncated
from rotoscope.media.mending import OnCorrupt
from rotoscope.render.segments.store import SegmentStore

_MEANS: Final = frozenset({"store", "workers"})


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How clips are read and rendered; validated when made.

    Raises:
        InvalidOptions: less than one worker.
    """

    on_truncated: OnTruncated = "fail"
    """``fail`` refuses a source that ends early; ``keep`` paints what there is and notes it."""
    on_corrupt: OnCorrupt = "fail"
    """What becomes of damaged pictures in the middle; see :data:`rotoscope.media.mending.OnCorrupt`."""
    to_sdr: bool = False
    """Convert HDR to standard range (sRGB); otherwise only where the result holds no HDR."""
    wrap: bool | None = None
    """Whether the left edge continues the right one, so that no seam shows there; None: where the source says
    that it goes all the way round."""
    store: SegmentStore | None = None
    """Where finished segments of a video are kept: what is cut off then goes on when it is run again, and
    another look paints only what it changes. None: they are kept until the video is done."""
    workers: int = 1
    """Processes that paint segments of a video at the same time."""

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise InvalidOptions(f"{self.workers} workers were asked for; give 1 or more.")

    def deciding(self) -> dict[str, Any]:
        """By name, what decides the result: all but ``store`` and ``workers``. JSON holds it."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name not in _MEANS}


DEFAULT_OPTIONS: Final = RenderOptions()
