"""Python, packages, libraries, GPU."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Final

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from rotoscope._version import __version__
from rotoscope.safekeeping.doctor.finding import Finding, Installation, fault, ok, sentence, warning
from rotoscope.safekeeping.doctor.trial import TRIALS

_TRIAL_SECONDS: Final = 120
_REINSTALL: Final = "Install Rotoscope anew in an environment of its own: python3 -m venv, then pip install."
_ABOUT: Final = {
    "video": ("libraries of video", "Install av anew: pip install --force-reinstall av."),
    "painting": ("painting", "Install openvino anew: pip install --force-reinstall openvino."),
    "flow": ("optical flow", "Install opencv-python-headless anew, and no other build of OpenCV beside it."),
    "pytorch": ("PyTorch", "Install torch anew, in a build for this machine; painting does without."),
}


def check_python(_: Installation) -> Iterator[Finding]:
    """Python is of a version that Rotoscope is for."""
    wanted = importlib.metadata.metadata("rotoscope")["Requires-Python"] or ""
    if wanted and platform.python_version() not in SpecifierSet(wanted, prereleases=True):
        yield fault(
            "python",
            f"Python {platform.python_version()} does not fit: Rotoscope {__version__} wants {wanted}.",
            "Make an environment with a Python that fits, and install Rotoscope there.",
        )
    else:
        yield ok("python", f"Python {platform.python_version()} runs Rotoscope {__version__}.")


def check_packages(_: Installation) -> Iterator[Finding]:
    """Every package is there, in a version that fits."""
    wrong = list(wrong_packages(importlib.metadata.requires("rotoscope") or []))
    if wrong:
        yield fault("packages", f"Packages do not fit: {'; '.join(wrong)}.", _REINSTALL)
    else:
        yield ok("packages", "All packages are there, in versions that fit.")


def wrong_packages(requirements: list[str]) -> Iterator[str]:
    """What is missing, or of a version that does not fit; requirements of extras are left out."""
    for text in requirements:
        wanted = Requirement(text)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            version = importlib.metadata.version(wanted.name)
        except importlib.metadata.PackageNotFoundError:
            yield f"{wanted.name} is not installed ({wanted.specifier} is wanted)"
            continue
        if not wanted.specifier.contains(version, prereleases=True):
            yield f"{wanted.name} is {version} ({wanted.specifier} is wanted)"


def check_libraries(_: Installation) -> Iterator[Finding]:
    """Video, painting and flow do one tiny real thing each."""
    for name in ("video", "painting", "flow"):
        told, failed = attempt(name)
        what, advice = _ABOUT[name]
        yield ok(name, f"{told}.") if not failed else fault(name, f"The {what} do not work: {told}.", advice)


def check_pytorch(_: Installation) -> Iterator[Finding]:
    """PyTorch, where it is there, and a GPU."""
    has_gpu = shutil.which("nvidia-smi") is not None
    if find_spec("torch") is None:
        gpu = " A GPU is here, which it would use." if has_gpu else ""
        yield ok("pytorch", f"PyTorch is not installed; only training and optimizing want it.{gpu}")
        return
    told, failed = attempt("pytorch")
    if failed:
        yield warning("pytorch", f"PyTorch does not work: {told}.", _ABOUT["pytorch"][1])
    elif has_gpu and "cuda" not in told:
        yield warning(
            "pytorch",
            f"{told}, though there is an NVIDIA driver.",
            "Install a torch that is built for CUDA; see docs/how-to/deploy.md.",
        )
    else:
        yield ok("pytorch", f"{told}.")


def attempt(name: str) -> tuple[str, bool]:
    """Have one of :data:`~rotoscope.safekeeping.doctor.trial.TRIALS` done in a process of its own.

    Returns:
        What it said, and whether it failed.
    """
    assert name in TRIALS
    command = [sys.executable, "-m", "rotoscope.safekeeping.doctor.trial", name]
    same_paths = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=_TRIAL_SECONDS, check=False, env=same_paths
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {_TRIAL_SECONDS} s", True
    except OSError as error:
        return sentence(error), True
    if ran.returncode < 0:
        return f"the process was ended by {signal.Signals(-ran.returncode).name}", True
    try:
        answer = json.loads(ran.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return (ran.stderr.strip().splitlines() or ["it said nothing"])[-1], True
    return str(answer.get("told") or answer.get("error")).rstrip("."), ran.returncode != 0
