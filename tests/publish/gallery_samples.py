"""Collections to publish: pictures and a clip made in code."""

from __future__ import annotations

import shutil
from datetime import date
from fractions import Fraction
from pathlib import Path

from PIL import Image

from rotoscope.palette.entry import PaletteEntry
from rotoscope.palette.palette import Palette
from rotoscope.publish.collection import Collection
from rotoscope.publish.publishing import PublishReport, palette_by_name, publish, to_publish
from rotoscope.publish.site.options import SiteOptions
from rotoscope.publish.targets.base import Target
from rotoscope.publish.targets.folder import FolderTarget
from rotoscope.publish.work import UsedFilter, Work
from rotoscope.publish.writing import write_collection

import samples

URL = "https://example.org/gallery/"
SITE = SiteOptions(title="Gallery", description="Painted places.", author="A. Painter", url=URL)
DUSK = Work(
    name="dusk",
    title="Dusk & <dawn>",
    kind="picture",
    file="media/dusk.png",
    source="media/dusk-source.png",
    filters=(UsedFilter(filter="great-wave", digest="a" * 64),),
    place="Cassis",
    date=date(2026, 5, 1),
    caption="The sea, *twice*.",
    alt="Stripes over a gray ground",
    tags=("sea",),
)
NIGHT = Work(
    name="night",
    title="Night",
    kind="picture",
    file="media/night.png",
    filters=(UsedFilter(filter="silicon-die:0.5+posterize:0.5"), UsedFilter(filter="gone-for-good")),
    look="look: 1\nlayers:\n  - filter: silicon-die\n",
)
FLIGHT = Work(
    name="flight",
    title="Flight",
    kind="video",
    file="media/flight.mkv",
    source="media/flight-source.mkv",
    captions="media/flight.vtt",
    filters=(UsedFilter(filter="lineart:over=photo"),),
)


def make_walks(root: Path, *, with_video: bool = True) -> Path:
    """A collection ``walks`` of two pictures and, if wanted, a clip with sound and captions."""
    folder = root / "walks"
    media = folder / "media"
    media.mkdir(parents=True)
    for index, name in enumerate(("dusk", "dusk-source", "night")):
        Image.fromarray(samples.picture(index, (720, 480))).save(media / f"{name}.png")
    works = [DUSK, NIGHT]
    if with_video:
        samples.make_clip(media / "flight.mkv", rate=Fraction(4), frames=8)
        shutil.copy(media / "flight.mkv", media / "flight-source.mkv")
        (media / "flight.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nWaves.\n")
        works.append(FLIGHT)
    write_collection(
        folder,
        Collection(
            name="walks",
            title="Two walks",
            description="Along the water",
            story="# The walk\n\n![The first](dusk)\n\nSee [the print](https://example.com/print).\n",
            tags=("water",),
            date=date(2026, 6, 1),
            feature=True,
            works=tuple(works),
        ),
    )
    (folder / "updates").mkdir()
    (folder / "updates" / "first-print.md").write_text(
        "---\ntitle: The first print\ndate: 2026-06-02\n---\nIt hangs in the library.\n\n![Night](night)\n"
    )
    return folder


def bundled() -> dict[str, PaletteEntry]:
    """The filters that come with Rotoscope, by name."""
    return dict(palette_by_name(Palette(Path("none"))))


def published(
    folders: list[Path],
    site: Path | Target,
    *,
    options: SiteOptions = SITE,
    check: bool = True,
    overwrite: bool = False,
) -> PublishReport:
    """Publish collections' folders to a folder or another target."""
    target = FolderTarget(site) if isinstance(site, Path) else site
    given = [to_publish(folder) for folder in folders]
    return publish(given, target, options, bundled(), check=check, overwrite=overwrite)
