"""The look file that `rotoscope look init` writes: it paints as it is, and says what else there is."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rotoscope.filters.file import write_new_file
from rotoscope.media.atomic import refuse_existing

STARTING_LOOK: Final = """\
# A look: what is painted, where, how strongly, and when.
#
#   rotoscope look validate FILE           says what is wrong with it, line by line
#   rotoscope look preview FILE CLIP -o sheet.png
#   rotoscope stylize CLIP OUTPUT --look FILE
#
# Times are seconds (2.5, 500ms) or timecode (1:02.5), from the clip's first frame.
look: 1
title: Warming up

# Every painting stays for two frames, as animators draw on twos:
# hold: 2
# Where shots begin, for layers that show in some of them (shots: [2, 3]):
# cuts: [0:04, 0:09.5]

# Layers are painted from the first, at the bottom, to the last, on top.
layers:
  # A filter as typed after --filter. It comes in slowly.
  - filter: great-wave
    strength: {0s: 0.2, 3s: 1}
    easing: ease # or linear, ease-in, ease-out, hold
    colors: matched # or style, photo
    # Two filters that cross-fade in the two seconds before 0:10:
    # filter: {0s: great-wave, 0:10: starry-night}
    # fade: 2s

  # Ink over the lower part of the picture only.
  - filter: lineart:over=photo
    paints: below # what the layers below painted; or photo
    blend: multiply # or normal, screen, overlay, soft-light, lighten, darken, color, luminosity ...
    strength: 0.6
    mask:
      kind: linear # or radial, picture, video, color, luma, saturation, region, segmentation
      begin: [0.5, 1.0] # shows fully here: shares of width and height
      end: [0.5, 0.4] # and nothing from here on

  # A filter on somebody, wherever they go: a region drawn on one frame follows.
  # - filter: starry-night
  #   mask:
  #     kind: region
  #     ellipse: {center: [0.5, 0.5], radii: [0.1, 0.3]}
  #     at: 1.5s
  #     feather: 0.05
"""


def write_starting_look(path: Path, *, overwrite: bool = False) -> None:
    """Write a look file to start from.

    Raises:
        OutputExists: it is there, and is not to be replaced.
        EncodeError: it cannot be written.
    """
    refuse_existing(path, overwrite=overwrite)
    write_new_file(path, STARTING_LOOK.encode(), overwrite=overwrite)
