"""The other side of :mod:`rotoscope.render.isolated`: one request on standard input, lines of JSON back."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import threading
from importlib import import_module
from typing import IO, Any

from rotoscope.errors import IsolationError, RotoscopeError


def main() -> None:
    """Do what one request asks for."""
    answers = _take_standard_output()
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _limit_memory(request["limits"]["memory_bytes"])
    try:
        last: dict[str, Any] = {"result": _stylize(request, answers)}
    except RotoscopeError as error:
        last = {"error": _told(error)}
    except MemoryError:
        memory = request["limits"]["memory_bytes"]
        allowed = "" if memory is None else f" ({memory:,} bytes are allowed)"
        last = {
            "error": _told(
                IsolationError(
                    f"{request['source']} needs more memory than there is{allowed}. Choose a smaller size, "
                    "or raise the limit of memory."
                )
            )
        }
    _say(answers, last)


def _take_standard_output() -> IO[str]:
    """Standard output for the answers alone: what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _say(answers: IO[str], word: dict[str, Any]) -> None:
    answers.write(json.dumps(word) + "\n")
    answers.flush()


def _end_with_parent() -> None:
    sys.stdin.read()  # returns when the other process is gone
    os._exit(1)


def _limit_memory(memory_bytes: int | None) -> None:
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - not everywhere

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if memory_bytes is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))


def _stylize(request: dict[str, Any], answers: IO[str]) -> dict[str, Any]:
    from rotoscope.media.clip import open_clip  # noqa: PLC0415 - under the limit of memory
    from rotoscope.media.encoders import EncoderOptions  # noqa: PLC0415
    from rotoscope.media.opening import Limits  # noqa: PLC0415
    from rotoscope.render.options import RenderOptions  # noqa: PLC0415
    from rotoscope.render.stylize import stylize  # noqa: PLC0415

    limits = request["limits"]
    options = RenderOptions(**request["options"])
    open_clip(
        request["source"],
        on_truncated=options.on_truncated,
        limits=Limits(max_pixels=limits["max_pixels"], max_frames=limits["max_frames"]),
    )
    asked = request["look"]
    make = getattr(import_module(asked["module"]), asked["function"])
    result = stylize(
        request["source"],
        request["output"],
        make(**asked["arguments"]),
        encoder=EncoderOptions(**request["encoder"]),
        options=options,
        on_progress=lambda progress: _say(answers, {"progress": dataclasses.asdict(progress)}),
    )
    return dataclasses.asdict(result) | {"output": str(result.output)}


def _told(error: RotoscopeError) -> dict[str, Any]:
    facts = {name: value for name, value in vars(error).items() if isinstance(value, (int, str, type(None)))}
    return {"type": type(error).__name__, "message": str(error), "facts": facts}


if __name__ == "__main__":
    main()
