"""Become a program that gets secrets in its environment, read from files.

For every variable ``NAME_FILE`` the variable ``NAME`` is set to what that file holds, without the newline at
its end; ``NAME_FILE`` itself is not handed on. ``{PASSWORD}`` in the value of any ``ROTOSCOPE_`` variable is
replaced by the variable ``PASSWORD``, escaped as a URL wants it. Then this process becomes the program that
its arguments name, so that signals reach it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

_ENDING = "_FILE"
_PREFIX = "ROTOSCOPE_"


def with_secrets(env: Mapping[str, str]) -> dict[str, str]:
    """An environment in which secrets are values."""
    made = {name: value for name, value in env.items() if not _is_file(name, value)}
    for name, value in env.items():
        if _is_file(name, value):
            made[name.removesuffix(_ENDING)] = Path(value).read_text(encoding="utf-8").rstrip("\r\n")
    for name, value in made.items():
        if name.startswith(_PREFIX):
            made[name] = re.sub(r"\{([A-Z0-9_]+)\}", lambda found: quote(made[found[1]], safe=""), value)
    return made


def _is_file(name: str, value: str) -> bool:
    """Whether a variable names the file of a secret; AWS has variables of its own that end so."""
    return name.endswith(_ENDING) and value.startswith("/run/secrets/")


if __name__ == "__main__":
    try:
        environment = with_secrets(os.environ)
    except (OSError, KeyError) as error:
        sys.exit(f"run_with_secrets: a secret is missing: {error}. Check the secrets in the compose file.")
    os.execvpe(sys.argv[1], sys.argv[1:], environment)
