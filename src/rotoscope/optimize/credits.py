"""What an optimized picture says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rotoscope.media.manifest import file_sha256
from rotoscope.media.provenance import FilterCredit, Provenance, StyleCredit
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.style_source import StyleSource


def provenance_of_optimized(
    photograph: Path, styles: Sequence[StyleSource], recipe: OptimizeRecipe
) -> Provenance:
    """What painted it, in whose style, of which photograph.

    No filter did, but the optimization that the recipe describes, whose digest stands for it. It goes by what
    a trained network sees.
    """
    pictures = dict.fromkeys(source.path for source in styles)
    credit = FilterCredit(
        name="optimize",
        kind="optimize",
        digest=recipe.digest,
        is_trained=True,
        styles=tuple(StyleCredit(title=path.name, sha256=file_sha256(path)) for path in pictures),
    )
    return Provenance(
        filters=(credit,),
        look="optimize",
        source_name=photograph.name,
        source_sha256=file_sha256(photograph),
    )
