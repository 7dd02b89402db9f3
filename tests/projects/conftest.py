"""Fixtures of the tests of projects."""

from __future__ import annotations

from command import run
from project_samples import clip, own_settings, paint, project

__all__ = ["clip", "own_settings", "paint", "project", "run"]
