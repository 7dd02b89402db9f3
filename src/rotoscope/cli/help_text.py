"""Help texts are written in lines of the source and shown in lines of the terminal."""

from __future__ import annotations


def flow(text: str) -> str:
    """Join the lines of each paragraph; lines that are indented (examples) stay as they are."""
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(p if p.startswith(" ") else " ".join(p.split("\n")) for p in paragraphs)
