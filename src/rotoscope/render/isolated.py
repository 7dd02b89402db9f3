"""Painting in a process of its own, under limits: for media that a stranger sent.

A file that crashes a decoder, fills the memory or never ends harms that process alone. Requests, progress,
results and errors pass between the two as lines of JSON; nothing is pickled. The result grows in a hidden
folder beside its place and takes that place when the process has ended well.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO, Any, Final

from rotoscope import errors
from rotoscope.errors import InvalidOptions, IsolationError, OpenError, RotoscopeError
from rotoscope.media.atomic import encode_errors, place, refuse_existing, refuse_source
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.opening import open_file
from rotoscope.media.output import OutputKind, output_kind
from rotoscope.render.any_look import AnyLook
from rotoscope.render.options import DEFAULT_OPTIONS, RenderOptions
from rotoscope.render.progress import Progress, ProgressCallback
from rotoscope.render.result import RenderResult
from rotoscope.render.stylize import DEFAULT_ENCODER

CHILD: Final = "rotoscope.render.isolated_child"
"""The module that runs in the other process."""
_ENDING_SECONDS: Final = 10
"""How long the process may take to end after its last word."""


@dataclass(frozen=True, slots=True)
class IsolationLimits:
    """What a piece of work may take."""

    file_bytes: int = 16_000_000_000
    """Size of the source."""
    max_pixels: int = 120_000_000
    """Width times height of one picture."""
    max_frames: int = 1_000_000
    """Frames of the clip."""
    seconds: float = 24 * 3600
    """Wall time."""
    memory_bytes: int | None = None
    """Memory for data of the process (Linux: RLIMIT_DATA); None, and on other systems: no limit."""


DEFAULT_ISOLATION: Final = IsolationLimits()


@dataclass(frozen=True, slots=True)
class LookRequest:
    """A look as what it is made of, for it is made in the other process.

    Filters hold networks and cannot be sent; what they are asked for by can.
    """

    make: Callable[..., AnyLook]
    """A function at the top of an installed module, which the other process imports by name."""
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Its keyword arguments: what JSON holds."""

    def as_json(self) -> dict[str, Any]:
        """For the other process."""
        return {
            "module": self.make.__module__,
            "function": self.make.__qualname__,
            "arguments": dict(self.arguments),
        }


def stylize_isolated(
    source: str | Path,
    output: str | Path,
    look: LookRequest,
    *,
    encoder: EncoderOptions = DEFAULT_ENCODER,
    overwrite: bool = False,
    options: RenderOptions = DEFAULT_OPTIONS,
    limits: IsolationLimits = DEFAULT_ISOLATION,
    on_progress: ProgressCallback | None = None,
) -> RenderResult:
    """:func:`rotoscope.render.stylize.stylize` in a process of its own.

    Args:
        source: a regular file, or a folder of frames.
        output: its name decides what is written.
        look: how the look is made.
        encoder: codec and quality.
        overwrite: replace an output that is there already.
        options: how the source is read and rendered: with one worker, and without a store, for pieces of what
            a stranger sent are not kept.
        limits: what the work may take.
        on_progress: called after every frame, in this process; what it raises ends the other one.

    Raises:
        IsolationError: the process died or went over a limit.
        InvalidOptions: ``options`` hold a store, several workers, or a score.
        RotoscopeError: what ``stylize`` raises; nothing is left at ``output`` then.
    """
    require_one_process(options)
    source, output = Path(source).absolute(), Path(output).absolute()
    _refuse_large(source, limits)
    makes_folder = output_kind(output) is OutputKind.STILLS
    refuse_source(output, source)
    if not makes_folder:
        refuse_existing(output, overwrite=overwrite)
    with _hidden_folder(output) as hidden:
        request = {
            "source": str(source),
            "output": str(hidden / output.name),
            "look": look.as_json(),
            "encoder": asdict(encoder),
            "options": options.deciding(),
            "limits": asdict(limits),
        }
        result = _run(request, source, limits, on_progress)
        with encode_errors(output):
            if makes_folder:
                _place_folder(hidden / output.name, output)
            else:
                place(hidden / output.name, output, overwrite=overwrite)
    return replace(result, output=output)


def require_one_process(options: RenderOptions) -> None:
    """Refuse what reaches beyond the process that paints.

    Raises:
        InvalidOptions: a store, several workers, or a score.
    """
    if options.store is not None or options.workers > 1 or options.score:
        raise InvalidOptions(
            "A store, several workers or a score were asked for, and what is isolated is painted by one "
            "process that keeps no segments and measures nothing. Leave store, workers and score out."
        )


def _refuse_large(source: Path, limits: IsolationLimits) -> None:
    if source.is_dir():
        return
    with open_file(source) as file:  # refuses what is no regular file
        size = file.seek(0, 2)
    if size > limits.file_bytes:
        raise OpenError(
            f"{source} has {size:,} bytes; at most {limits.file_bytes:,} are read. Send a smaller file, or "
            "raise the limit."
        )


def _place_folder(made: Path, output: Path) -> None:
    """A folder takes an empty place only.

    Raises:
        OSError: there is something in the place.
    """
    if output.is_dir():
        output.rmdir()
    made.rename(output)


@contextlib.contextmanager
def _hidden_folder(output: Path) -> Generator[Path]:
    hidden = output.with_name(f".{output.name}.{secrets.token_hex(4)}.part")
    with encode_errors(output):
        hidden.mkdir()
    try:
        yield hidden
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _run(
    request: Mapping[str, Any], source: Path, limits: IsolationLimits, on_progress: ProgressCallback | None
) -> RenderResult:
    """Start the process, listen to it, and see to it that it is gone."""
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            # -P: modules are not looked for in the current folder, where strangers may put files.
            [sys.executable, "-P", "-m", CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for this process, which ends the other one
        )
        is_late = threading.Event()

        def stop() -> None:
            is_late.set()
            process.kill()

        timer = threading.Timer(limits.seconds, stop)
        timer.daemon = True
        try:
            timer.start()
            said = _listen(process, request, on_progress)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_ENDING_SECONDS)
        finally:
            timer.cancel()
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
        if "result" in said:
            return RenderResult(
                **said["result"]
                | {
                    "output": Path(said["result"]["output"]),
                    "frame_size": tuple(said["result"]["frame_size"]),
                    "notes": tuple(said["result"]["notes"]),
                }
            )
        if is_late.is_set():
            raise IsolationError(
                f"{source} was not done after {limits.seconds:g} seconds, and the work was stopped. Select a "
                "part of it, choose a smaller size, or raise the limit of time."
            )
        if "error" in said:
            raise _error_of(said["error"])
        raise IsolationError(_death(source, process.returncode, limits, complaints))


def _listen(
    process: subprocess.Popen[str], request: Mapping[str, Any], on_progress: ProgressCallback | None
) -> dict[str, Any]:
    """Send the request and hear the other process out; gives its last word."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):  # it died at once; what it left says why
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
    for line in process.stdout:
        try:
            said = json.loads(line)
        except ValueError:  # it died in the middle of a word
            return {}
        if "progress" not in said:
            return said
        if on_progress is not None:
            told = said["progress"]
            size = told["frame_size"]
            on_progress(Progress(**told | {"frame_size": None if size is None else tuple(size)}))
    return {}


def _error_of(told: Mapping[str, Any]) -> RotoscopeError:
    """The error that was raised over there, as itself."""
    kind = getattr(errors, str(told["type"]), None)
    if not (isinstance(kind, type) and issubclass(kind, RotoscopeError)):
        kind = IsolationError
    error = kind.__new__(kind, told["message"])
    vars(error).update(told["facts"])
    return error


def _death(source: Path, code: int, limits: IsolationLimits, complaints: IO[bytes]) -> str:
    """A paragraph on how the process died."""
    memory = "" if limits.memory_bytes is None else f" (it may take {limits.memory_bytes:,} bytes)"
    if code < 0:
        name = signal.Signals(-code).name if -code in {s.value for s in signal.Signals} else str(-code)
        how = f"was ended by the signal {name}: it crashed, or the system took its memory{memory}"
    else:
        complaints.seek(0)
        lines = complaints.read()[-2000:].decode("utf-8", "replace").strip().splitlines()
        how = f"ended with code {code}{memory}: {lines[-1] if lines else 'it said nothing'}"
    return (
        f"The process that painted {source} {how}. Nothing was left behind. The file may be damaged or made "
        "to do harm, or the limit of memory too low; try it at a smaller size, or convert it first."
    )
