"""``examine``: all checks, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

import rotoscope
from rotoscope._version import __version__
from rotoscope.errors import InvalidOptions
from rotoscope.safekeeping.doctor.finding import Check, Finding, Installation, State, fault, sentence
from rotoscope.settings import CACHE_SIZE_VARIABLE, RATE_VARIABLE, Settings, load_settings

READ_WITH_SETTINGS: Final = (CACHE_SIZE_VARIABLE, RATE_VARIABLE)
"""Variables without which settings can always be read."""
_BUNDLED: Final = Path(rotoscope.__file__).parent / "palette" / "bundled"
_PACKAGE: Final = __name__.rpartition(".")[0]


def _check(module: str, name: str) -> Check:
    """A check whose module is loaded when it is made: what cannot be loaded there hinders no other check."""

    def look(of: Installation) -> Iterable[Finding]:
        return getattr(import_module(f"{_PACKAGE}.{module}"), name)(of)

    return look


CHECKS: Final[Mapping[str, Check]] = {
    "python": _check("software", "check_python"),
    "packages": _check("software", "check_packages"),
    "libraries": _check("software", "check_libraries"),
    "pytorch": _check("software", "check_pytorch"),
    "filters": _check("places", "check_filters"),
    "variables": _check("variables", "check_variables"),
    "folders": _check("places", "check_folders"),
    "clock": _check("places", "check_clock"),
    "database": _check("service", "check_database"),
    "store": _check("service", "check_store"),
    "server": _check("server", "check_server"),
}
"""In this order."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found of an installation."""

    version: str
    """Of Rotoscope."""
    data_dir: Path
    cache_dir: Path
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is a fault."""
        return not self.count("fault")

    def count(self, state: State) -> int:
        """How many findings are in that state."""
        return sum(one.state == state for one in self.findings)


def examine(
    env: Mapping[str, str],
    *,
    bundled: Path | None = None,
    checks: Mapping[str, Check] = CHECKS,
    on_check: Callable[[str, float], None] | None = None,
) -> Examination:
    """Look at an installation. Raises nothing: a check that fails to look is itself a finding.

    Args:
        env: the environment, as ``os.environ``.
        bundled: the filters that came with the program; None: those of this one.
        checks: what is looked at.
        on_check: called before each check with its name and what part is done, 0 to 1.
    """
    installation = Installation(env, readable_settings(env), bundled or _BUNDLED)
    found: list[Finding] = []
    for number, (name, check) in enumerate(checks.items()):
        if on_check is not None:
            on_check(name, number / len(checks))
        try:
            found += check(installation)
        except Exception as error:
            told = f"This could not be looked at: {type(error).__name__}: {sentence(error)}."
            found.append(fault(name, told, "Please report this, with the output of rotoscope doctor --json."))
    settings = installation.settings
    return Examination(__version__, settings.data_dir, settings.cache_dir, tuple(found))


def readable_settings(env: Mapping[str, str]) -> Settings:
    """Settings without what is malformed."""
    try:
        return load_settings(env)
    except InvalidOptions:
        return load_settings({name: value for name, value in env.items() if name not in READ_WITH_SETTINGS})
