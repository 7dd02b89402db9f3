"""The fixture ``run`` for every test of the command line."""

from command import run

__all__ = ["run"]
