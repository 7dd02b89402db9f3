"""States of a project as files that other machines take over: what is new in Git since the one before."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from dulwich.objects import ObjectID
from dulwich.pack import write_pack_data
from dulwich.refs import Ref

from rotoscope.projects.repository import Repository

_HEADS: Final = b"refs/heads/"


@dataclass(frozen=True, slots=True)
class ProjectState:
    """Where a project stood."""

    branch: str
    """The one at hand."""
    heads: dict[str, str]
    """The last commit of each branch, by name."""
    source: str
    """URI of its clip; empty: not known."""


def state_of(repository: Repository) -> ProjectState:
    """Where a project stands."""
    git = repository.git
    heads = {name: git.refs[Ref(_HEADS + name.encode())].decode() for name in repository.branches()}
    return ProjectState(repository.branch, heads, repository.setting("source") or "")


def dump_state(repository: Repository, known: Mapping[str, str]) -> bytes:
    """Where a project stands, and all objects that are new since the branches were at ``known``."""
    state, git = state_of(repository), repository.git
    count, objects = git.generate_pack_data(
        have={ObjectID(one.encode()) for one in known.values()},
        want={ObjectID(one.encode()) for one in state.heads.values()},
    )
    pack = io.BytesIO()
    write_pack_data(pack.write, objects, num_records=count, object_format=git.object_format)
    told = {"state": asdict(state), "objects": count}
    return json.dumps(told, sort_keys=True).encode() + b"\n" + pack.getvalue()


def apply_state(repository: Repository, content: bytes) -> None:
    """Bring a project to a state; those before it were applied already."""
    line, _, pack = content.partition(b"\n")
    told = json.loads(line)
    state, git = ProjectState(**told["state"]), repository.git
    if told["objects"]:
        stream = io.BytesIO(pack)
        git.object_store.add_thin_pack(stream.read, None)
    for name, commit in state.heads.items():
        git.refs[Ref(_HEADS + name.encode())] = ObjectID(commit.encode())
    for name in repository.branches():
        if name not in state.heads:
            git.refs.remove_if_equals(Ref(_HEADS + name.encode()), None)
    if state.source:
        repository.set("source", state.source)
    repository.stand_on(state.branch)


def made_of_states(folder: Path, contents: list[bytes]) -> None:
    """Make a project of all of its states; the folder appears whole, or was there already."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    growing = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        repository = Repository.create(growing / "project")
        for content in contents:
            apply_state(repository, content)
        (growing / "project").rename(folder)
    except OSError:
        if not (folder / ".git").is_dir():
            raise
    finally:
        shutil.rmtree(growing, ignore_errors=True)
