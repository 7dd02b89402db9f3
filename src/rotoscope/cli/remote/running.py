"""A command's work done by a server."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import Parameter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

from typer.models import OptionInfo

from rotoscope.cli.remote.following import follow
from rotoscope.cli.remote.places import Result, fetch_result, result_place, sent
from rotoscope.cli.remote.presenting import present_job
from rotoscope.cli.remote.server import ServerChoice
from rotoscope.cli.remote.table import REMOTE, Remote
from rotoscope.errors import InvalidOptions

if TYPE_CHECKING:
    from rotoscope.client import Client


def remotely(command: Callable[..., None]) -> Callable[..., None]:
    """A command with ``--server``: with one, the server does the work; the table says how it is asked."""
    remote = REMOTE[command.__name__]
    signature = inspect.signature(command, eval_str=True)
    at = Parameter("at", Parameter.KEYWORD_ONLY, annotation=ServerChoice)

    @wraps(command)
    def called(*, at: ServerChoice, **given: Any) -> None:  # noqa: ANN401 - whatever the command takes
        if at.url is None:
            command(**given)
            return
        options = dict(_options(signature, given))
        _refuse(remote, options, at.url)
        changed = {name: value for name, (value, default, _) in options.items() if value != default}
        with at.connect() as client:
            run_remotely(client, remote, changed)

    vars(called).update(__signature__=signature.replace(parameters=[*signature.parameters.values(), at]))
    return called


def run_remotely(client: Client, remote: Remote, given: Mapping[str, Any]) -> None:
    """Send what goes in, have it done, get what comes out.

    Args:
        client: of the server.
        remote: what the command is there.
        given: options by name that are not at their defaults.

    Raises:
        RotoscopeError: anything of it does not succeed.
    """
    as_json, quiet = bool(given.get("as_json")), bool(given.get("quiet"))
    shown, overwrite = not (as_json or quiet), bool(given.get("overwrite"))
    result = _result(remote, given, overwrite=overwrite)
    params: dict[str, Any] = remote.params(given) | dict(_sent(client, remote, given, shown=shown))
    if result is not None:
        params["output"] = result.uri
        if overwrite and result.local is None:
            params["overwrite"] = True
    make = remote.create
    job = client.jobs.create(remote.operation, **params) if make is None else make(client, params)
    job = follow(client, job, shown=shown, as_json=as_json, result=result)
    if result is not None:
        fetch_result(client, result, overwrite=overwrite, shown=shown)
    present_job(job, output=None if result is None else result.local, as_json=as_json, quiet=quiet)


def _result(remote: Remote, given: Mapping[str, Any], *, overwrite: bool) -> Result | None:
    if remote.output is None:
        return None
    if given.get(remote.output) is None:
        raise InvalidOptions(
            f"A server writes what comes of {remote.operation} to a file. Say where it goes with "
            f"--{remote.output}, or leave --server out."
        )
    is_folder = remote.output in remote.folders
    return result_place(Path(given[remote.output]), is_folder=is_folder, overwrite=overwrite)


def _sent(
    client: Client, remote: Remote, given: Mapping[str, Any], *, shown: bool
) -> Iterator[tuple[str, Any]]:
    """Parameters that name files, by URI."""
    for name, parameter in remote.sources.items():
        typed, is_folder = given.get(name), name in remote.folders
        if isinstance(typed, list):
            yield parameter, [sent(client, one, shown=shown) for one in typed]
        elif typed is not None:
            yield parameter, sent(client, typed, is_folder=is_folder, shown=shown)
    if remote.styles is not None:
        yield "styles", [_style(client, text, shown=shown) for text in given[remote.styles]]


def _style(client: Client, text: str, *, shown: bool) -> dict[str, Any]:
    from rotoscope.optimize.style_source import StyleSource  # noqa: PLC0415 - see cli.main

    style = StyleSource.parse(text)
    if style.path.suffix.lower() == ".onnx":
        raise InvalidOptions(
            f"{style.path} is a texture file, of which a texture is made in a moment: leave --server out."
        )
    wish: dict[str, Any] = {"uri": sent(client, style.path, shown=shown), "weight": style.weight}
    return wish if style.region is None else {**wish, "region": style.region.shares}


def _refuse(remote: Remote, options: Mapping[str, tuple[Any, Any, str]], url: str) -> None:
    odd = [
        typed
        for name, (value, default, typed) in options.items()
        if value != default and name not in remote.known
    ]
    if odd:
        them = "it" if len(odd) == 1 else "them"
        raise InvalidOptions(
            f"{', '.join(odd)} cannot be asked of a server, and {url} is to do the work. Leave {them} out, "
            "or do the work on this machine, without --server and ROTOSCOPE_SERVER."
        )


def _options(
    signature: inspect.Signature, given: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[Any, Any, str]]]:
    """Every option by name: its value, its default, how it is typed. Groups are taken apart."""
    for parameter in signature.parameters.values():
        value = given[parameter.name]
        if is_dataclass(value):
            hints = get_type_hints(type(value), include_extras=True)
            for field in fields(value):
                typed = _typed(field.name, hints[field.name])
                yield field.name, (getattr(value, field.name), field.default, typed)
        else:
            yield parameter.name, (value, parameter.default, _typed(parameter.name, parameter.annotation))


def _typed(name: str, hint: Any) -> str:  # noqa: ANN401 - an annotation
    marks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    for mark in marks:
        if isinstance(mark, OptionInfo):
            for text in (mark.default, *(mark.param_decls or ())):
                if isinstance(text, str) and text.startswith("--"):
                    return text.partition("/")[0]
    return f"--{name.strip('_').replace('_', '-')}"
