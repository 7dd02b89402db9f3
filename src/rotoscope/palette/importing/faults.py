"""What readers of weights say to :mod:`rotoscope.palette.importing.opening`, which knows the file's name.

They never leave this package: there each becomes the error of :mod:`rotoscope.errors` that belongs to it.
"""

from __future__ import annotations


class Malformed(Exception):
    """The bytes are not what their format promises, or of a version that is not read."""


class Hostile(Exception):
    """The file asks for more than numbers, or for more than a file of its size may."""


class Damaged(Exception):
    """A checksum inside the file does not fit the bytes."""
