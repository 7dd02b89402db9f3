"""Where things are kept."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from rotoscope.settings import Settings, load_settings


def test_the_environment_overrides_the_platform() -> None:
    settings = load_settings({"ROTOSCOPE_DATA_DIR": "/a/b", "ROTOSCOPE_CACHE_DIR": "~/c"})
    assert settings == Settings(data_dir=Path("/a/b"), cache_dir=Path.home() / "c")
    assert settings.filters_dir == Path("/a/b/filters")


def test_the_platform_decides_where_nothing_is_said() -> None:
    wanted = Settings(
        data_dir=Path(platformdirs.user_data_dir("rotoscope", appauthor=False)),
        cache_dir=Path(platformdirs.user_cache_dir("rotoscope", appauthor=False)),
    )
    assert load_settings({}) == wanted
    assert load_settings({"ROTOSCOPE_DATA_DIR": "", "ROTOSCOPE_CACHE_DIR": ""}) == wanted
