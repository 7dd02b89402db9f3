"""What the tests of this folder share."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from training_toys import Toy, make_toy


@pytest.fixture(autouse=True)
def seeded() -> None:
    """The same random numbers for each test, whichever run before it."""
    torch.manual_seed(0)


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    """Everything a run wants, in toy size."""
    return make_toy(tmp_path)
