"""The page of what comes back says what the program does now."""

from __future__ import annotations

import pytest

from fidelity_matrix import GENERATED, PAGE, REAL, generated, real, section
from reference import MISSING, REFERENCE_DATA


def test_generated_files_come_back_as_the_page_says() -> None:
    assert section(PAGE.read_text(encoding="utf-8"), GENERATED) == generated()


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.reference_data
@pytest.mark.skipif(REFERENCE_DATA is None, reason=MISSING)
def test_real_clips_come_back_as_the_page_says() -> None:
    assert section(PAGE.read_text(encoding="utf-8"), REAL) == real()
