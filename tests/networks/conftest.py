"""What the tests of this folder share."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(autouse=True)
def seeded() -> None:
    """The same random numbers for each test, whichever run before it."""
    torch.manual_seed(0)
