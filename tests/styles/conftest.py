"""The fixture ``run`` for the commands of style images."""

from command import run

__all__ = ["run"]
