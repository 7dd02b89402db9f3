"""Options that several commands share, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

Source: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="INPUT", help="A video, GIF, still, folder of stills, or a pattern such as frames/%05d.png."
    ),
]
Filters: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        "-f",
        metavar="NAME",
        help="A filter of the palette (see [bold]rotoscope filters list[/bold]) or a filter file, with "
        "options after a colon: posterize:levels=4. Give it several times to chain filters.",
    ),
]
LookFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--look",
        metavar="FILE",
        help="A look file instead of filters: layers, masks, changes over time (see "
        "[bold]rotoscope look[/bold]). --strength multiplies its strength; --size, --stroke-scale and "
        "--colors replace its own.",
    ),
]
Like: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="RESULT", help="Paint as this result was painted, coherence included; its tags say how."
    ),
]
Strength: TypeAlias = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="0 gives the source back, 1 the full painting.")
]
StrokeScale: TypeAlias = Annotated[
    float | None,
    typer.Option(
        min=0.25,
        max=4,
        help="Size of strokes beside the picture, whatever its resolution: 1 is as on a short side of 720 "
        "pixels; default: as many pixels as the filter learned.",
    ),
]
Colors: TypeAlias = Annotated[
    Literal["style", "photo", "matched"],
    typer.Option(
        help="style: as painted; photo: the photograph's own; matched: painted ones, brought near the "
        "photograph's."
    ),
]
Size: TypeAlias = Annotated[
    int | None, typer.Option(min=16, metavar="PX", help="Short side of the result; default: the source's.")
]
Start: TypeAlias = Annotated[
    str | None, typer.Option(metavar="TIME", help="Where to start: seconds (12.5) or timecode (1:02.5).")
]
Stop: TypeAlias = Annotated[
    str | None, typer.Option(metavar="TIME", help="Where to stop; this moment is not included.")
]
Every: TypeAlias = Annotated[
    str | None, typer.Option(metavar="TIME", help="Take one frame per interval, e.g. 1s or 500ms.")
]
Rate: TypeAlias = Annotated[
    str | None, typer.Option("--fps", metavar="RATE", help="Resample to a constant rate; default: as it is.")
]
Preview: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="[TIME]",
        help="Paint one frame as a picture, the one at TIME or the middle; a video's name stands for the "
        "same name with .png.",
    ),
]
Quality: TypeAlias = Annotated[
    float | None,
    typer.Option(min=0, max=100, help="0 to 100 for every codec; default: visually lossless."),
]
Codec: TypeAlias = Annotated[
    str | None,
    typer.Option(help="h264, hevc, vp9, av1, prores, ffv1 …; default: what suits the output's name."),
]
Preset: TypeAlias = Annotated[
    str | None, typer.Option(help="Effort of the encoder, e.g. veryfast, medium, slow.")
]
Coherence: TypeAlias = Annotated[
    Literal["off", "smooth", "flow", "best"] | None,
    typer.Option(
        help="How neighboring frames are kept alike, against flicker: smooth costs little, flow follows what "
        "moves exactly, best looks ahead as well; off paints each frame for itself; default: smooth.",
    ),
]
ToSdr: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--to-sdr", help="Convert HDR (PQ, HLG) to standard range; default: HDR in, HDR out where it fits."
    ),
]
Wrap: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--wrap/--no-wrap",
        help="The left edge continues the right one, as in 360° video; default: if the source says so.",
    ),
]
OnTruncated: TypeAlias = Annotated[
    Literal["fail", "keep"],
    typer.Option(help="A source that ends early: refuse it, or use what there is and say so."),
]
OnCorrupt: TypeAlias = Annotated[
    Literal["fail", "hold", "skip", "show"],
    typer.Option(
        help="A damaged frame in the middle: refuse it, show the frame before it instead, leave it out, or "
        "take it as the decoder made it up."
    ),
]
Workers: TypeAlias = Annotated[
    int, typer.Option(min=1, help="Processes that paint segments of a video at the same time.")
]
Score: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--score",
        help="Measure how much the result flickers, and say so, beside the source's own flicker (see "
        "[bold]rotoscope score[/bold]).",
    ),
]
NoCache: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--no-cache",
        help="Keep no finished segments: a run that is cut off begins anew.",
    ),
]
OnError: TypeAlias = Annotated[
    Literal["continue", "stop"],
    typer.Option(help="Of a folder: after an item that cannot be painted, go on with the next, or stop."),
]
Width: TypeAlias = Annotated[
    int | None, typer.Option(min=16, metavar="PX", help="Width of a GIF or animated WebP.")
]
Loop: TypeAlias = Annotated[
    int, typer.Option(min=0, help="How often a GIF or animated WebP plays; 0: forever.")
]
Precision: TypeAlias = Annotated[
    Literal["auto", "f32", "bf16"],
    typer.Option(help="Arithmetic of neural filters; auto: bf16 where the processor has it."),
]
NoProvenance: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--no-provenance",
        help="Write nothing into pictures, still or animated, on how they were made (filters, style images, "
        "source, look).",
    ),
]
CredentialsFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--credentials",
        metavar="CERT.pem",
        help="Sign stills with this certificate chain, as content credentials (C2PA).",
    ),
]
CredentialsKey: TypeAlias = Annotated[
    Path | None,
    typer.Option("--key", metavar="KEY.pem", help="Its key, without a password."),
]
Overwrite: TypeAlias = Annotated[bool, typer.Option("--overwrite", help="Replace what is there already.")]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Threads: TypeAlias = Annotated[
    int | None, typer.Option(min=1, help="Threads that paint; default: one a core.")
]
Output: TypeAlias = Annotated[
    Path, typer.Argument(metavar="OUTPUT", help="Its name says what it becomes: painted.mp4, .gif, .png …")
]
