"""Which paths there are and which methods each of them knows, over all routes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, compile_path
from starlette.types import Scope

UNKNOWN: Final = "(none)"
"""The template that stands for paths that are not there."""


@dataclass(frozen=True, slots=True)
class KnownPath:
    """One path with all its methods, however many routes serve it."""

    template: str
    """``/v1/jobs/{job_id}``."""
    pattern: re.Pattern[str]
    endpoints: Mapping[str, Callable[..., Any]]
    """By method."""

    @property
    def allow(self) -> str:
        """The header ``Allow``."""
        return ", ".join(sorted(self.endpoints))


class PathTable:
    """All paths of an application, in the order in which they are tried."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        gathered: dict[str, tuple[re.Pattern[str], dict[str, Callable[..., Any]]]] = {}
        for route in iter_route_contexts(list(routes)):
            if route.path is None or route.endpoint is None:
                continue
            pattern, template, _ = compile_path(route.path)
            _, endpoints = gathered.setdefault(template, (pattern, {}))
            for method in route.methods or ("GET",):
                endpoints.setdefault(method, route.endpoint)
        self._paths = [
            KnownPath(template, pattern, endpoints) for template, (pattern, endpoints) in gathered.items()
        ]

    def find(self, scope: Scope) -> KnownPath | None:
        """The path of a request: one that knows its method where there is one, else the first that fits."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        fitting = [known for known in self._paths if known.pattern.match(path)]
        return next(
            (known for known in fitting if scope["method"] in known.endpoints), next(iter(fitting), None)
        )

    def of_template(self, template: str) -> KnownPath | None:
        """The path of a template."""
        return next((known for known in self._paths if known.template == template), None)


def known_path(scope: Scope) -> KnownPath | None:
    """What :class:`~rotoscope.api.tracking.Tracking` found for a request."""
    found = scope["state"].get("path")
    return found if isinstance(found, KnownPath) else None
