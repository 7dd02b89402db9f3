"""Every block of Python in the pages runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from doc_pages import PAGES, ROOT, blocks, lay_out_files, title

TRIED_ELSEWHERE = {
    ROOT / "docs" / "filter-format.md": "tests/filters/test_filter_format.py",
    ROOT / "docs" / "how-to" / "train-a-filter.md": "tests/training/test_train_how_to.py",
    ROOT / "docs" / "how-to" / "optimize-a-picture.md": "tests/optimize/test_optimize_how_to.py",
    ROOT / "docs" / "how-to" / "make-textures.md": "tests/optimize/test_texture_how_to.py",
    ROOT / "docs" / "how-to" / "optimize-a-video.md": "tests/optimize/test_optimize_video_pages.py",
    ROOT / "docs" / "how-to" / "scout-styles.md": "tests/training/test_scout_how_to.py",
    ROOT / "docs" / "how-to" / "publish.md": "tests/publish/test_publish_how_to.py",
    ROOT / "docs" / "how-to" / "use-the-api.md": "tests/client/test_api_walkthrough.py",
    ROOT / "docs" / "how-to" / "a-video-in-git.md": "tests/projects/test_a_video_in_git.py",
    ROOT / "CONTRIBUTING.md": "tests/docs/test_contributing.py",
}
TRIED_HERE = [page for page in PAGES if blocks(page, "python") and page not in TRIED_ELSEWHERE]


@pytest.mark.parametrize("page", TRIED_HERE, ids=title)
def test_the_python_of_a_page_runs(page: Path, reader: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay_out_files(page, reader)
    names: dict[str, object] = {"__name__": "page"}
    for block in blocks(page, "python"):
        # Lines are counted as in the page, so that a traceback points at it.
        code = compile("\n" * (block.line - 1) + block.code, str(page), "exec")
        exec(code, names)
    assert capsys.readouterr().out


def test_what_is_tried_elsewhere_is() -> None:
    for page, test in TRIED_ELSEWHERE.items():
        assert blocks(page, "python")
        assert page.name in (ROOT / test).read_text(encoding="utf-8")
