"""How clips are read and rendered, whatever the look."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from rotoscope.errors import InvalidOptions
from rotoscope.media.clip import OnTruncated
from rotoscope.media.credentials import Credentials
from rotoscope.media.mending import OnCorrupt
from rotoscope.motion.coherence.modes import Coherence, CoherenceMode, find_mode
from rotoscope.render.segments.frame_log import FrameLog
from rotoscope.render.segments.store import SegmentStore

_MEANS: Final = frozenset({"credentials", "frame_log", "score", "store", "workers"})


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How clips are read and rendered; validated when made.

    Raises:
        InvalidOptions: less than one worker, a coherence that is not known, or credentials for no provenance.
    """

    on_truncated: OnTruncated = "fail"
    """``fail`` refuses a source that ends early; ``keep`` paints what there is and notes it."""
    on_corrupt: OnCorrupt = "fail"
    """What becomes of damaged pictures in the middle; see :data:`rotoscope.media.mending.OnCorrupt`."""
    coherence: Coherence = "smooth"
    """How neighboring frames are kept alike: ``off`` paints each as if there were no other; ``smooth`` takes
    most of the flicker out at little cost, ``flow`` more of it, and ``best`` looks ahead as well."""
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
    frame_log: FrameLog | None = None
    """What is noted of painted frames of a video, and which are retouched; a project's concern."""
    provenance: bool = True
    """Whether a painted still says how it was made, in XMP and EXIF; numbered frames have their manifest."""
    credentials: Credentials | None = None
    """What a painted still is signed with, as content credentials; None: it is not."""
    score: bool = False
    """Measure how much the result flickers, once it is there, on the frames that
    :func:`rotoscope.render.score.measure` takes."""

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise InvalidOptions(f"{self.workers} workers were asked for; give 1 or more.")
        if self.credentials is not None and not self.provenance:
            raise InvalidOptions(
                "--no-provenance was given with --credentials, which sign the provenance. Leave one of "
                "them out."
            )
        find_mode(self.coherence)

    @property
    def coherence_mode(self) -> CoherenceMode | None:
        """The coherence as numbers; None where each frame is painted for itself."""
        return find_mode(self.coherence)

    def deciding(self) -> dict[str, Any]:
        """By name, what decides the result; JSON holds it. ``frame_log`` is a project's own."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name not in _MEANS}


DEFAULT_OPTIONS: Final = RenderOptions()
