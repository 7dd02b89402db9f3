"""Options that several programs here have."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_network_options(parser: argparse.ArgumentParser) -> None:
    """Which feature network measures."""
    parser.add_argument(
        "--feature-weights",
        type=Path,
        help="weights of VGG-19, as for `rotoscope train`; default: those of the reference data, else "
        "torchvision's, fetched once",
    )
    parser.add_argument(
        "--normalization",
        choices=["torchvision", "caffe"],
        help="of --feature-weights, where it does not say",
    )
