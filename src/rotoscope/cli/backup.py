"""``rotoscope backup`` and ``rotoscope restore``."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from rotoscope.cli import options
from rotoscope.cli.bar import share_bar
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_size, print_json
from rotoscope.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from rotoscope.safekeeping.backup import BackupResult
    from rotoscope.safekeeping.progress import CopyCallback
    from rotoscope.safekeeping.verifying import VerifyResult

BACKUP_HELP = """Keep everything that cannot be made again at another place: own filters with their cards,
checkpoints of trainings, and the service's database with looks, jobs and ledger.

TO is a folder, or a URI that the local client reaches: s3://bucket/folder (gs://, az://, dropbox:// …). What
is there from an earlier backup is not copied again. Servers and workers may go on meanwhile.

A backup holds secrets: of connectors and webhooks in the clear, of keys their digests. Its files are made for
their owner alone (mode 0600); keep it where nobody else reads.

Examples:

  rotoscope backup /mnt/backup/rotoscope

  rotoscope backup s3://our-backups/rotoscope --with-files

  rotoscope backup --verify /mnt/backup/rotoscope
"""

RESTORE_HELP = """Bring back what a backup holds, whole or not at all.

It goes to where the settings say: ROTOSCOPE_DATA_DIR, ROTOSCOPE_DATABASE_URL, ROTOSCOPE_STORE, which may be
others than they were. Every byte is checked before anything is put in its place. What is there already is not
replaced without --overwrite. Stop servers and workers first.

Examples:

  rotoscope restore /mnt/backup/rotoscope

  rotoscope restore s3://our-backups/rotoscope --overwrite
"""


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("backup", help=flow(BACKUP_HELP))(backup)
    app.command("restore", help=flow(RESTORE_HELP))(restore)


def backup(
    to: Annotated[str, typer.Argument(metavar="TO", help="A folder, or a URI such as s3://bucket/folder.")],
    *,
    with_files: Annotated[
        bool, typer.Option("--with-files", help="Keep clients' files (data://) as well.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Copy nothing: read the backup at TO, and check every byte.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the backup of another installation.")
    ] = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.safekeeping.backup import back_up  # noqa: PLC0415 - see cli.main
    from rotoscope.safekeeping.verifying import verify_backup  # noqa: PLC0415

    settings = load_settings(os.environ)
    with share_bar("checking" if verify else "backing up", shown=not (quiet or as_json)) as update:
        tell = _teller(update)
        if verify:
            verified, kept = verify_backup(to, settings, on_progress=tell), None
        else:
            with _stopped():
                kept = back_up(to, settings, with_files=with_files, overwrite=overwrite, on_progress=tell)
            verified = None
    if verified is not None:
        _present_verified(verified, as_json=as_json, quiet=quiet)
    if kept is not None:
        _present_kept(kept, as_json=as_json, quiet=quiet)


def restore(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The folder or URI of a backup.")],
    *,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.safekeeping.restoring import restore as bring_back  # noqa: PLC0415 - see cli.main

    settings = load_settings(os.environ)
    with share_bar("restoring", shown=not (quiet or as_json)) as update:
        result = bring_back(source, settings, overwrite=overwrite, on_progress=_teller(update))
    if as_json:
        print_json(result)
    elif not quiet:
        database = "no database" if result.database is None else f"the database ({result.database})"
        typer.echo(
            f"{result.data_dir}: {result.files} files, {human_size(result.size_bytes)}, {database}, as of "
            f"{result.created:%Y-%m-%d %H:%M} UTC"
        )


@contextmanager
def _stopped() -> Generator[None]:
    """What Ctrl-C leaves is of use."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(
            "Stopped. The backup before this one is as it was; what was copied by now is not copied again.",
            err=True,
        )
        raise typer.Exit(130) from None


def _present_kept(kept: BackupResult, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        print_json(kept)
    elif not quiet:
        database = "no database yet" if kept.database is None else f"the database ({kept.database})"
        typer.echo(
            f"{kept.place}: {kept.files} files, {human_size(kept.size_bytes)}, {database}; {kept.copied} "
            f"new, {human_size(kept.copied_bytes)}"
        )


def _present_verified(found: VerifyResult, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        print_json({"passed": found.passed, "result": found})
    elif found.passed and not quiet:
        typer.echo(f"{found.place}: {found.files} files, {human_size(found.size_bytes)}, all as they were")
    for one in () if as_json else found.damaged:
        typer.echo(f"{one.path}: {one.told}", err=True)
    if not found.passed:
        raise typer.Exit(1)


def _teller(update: Callable[[float, str], None] | None) -> CopyCallback | None:
    if update is None:
        return None
    return lambda event: update(
        event.fraction,
        f"{event.files_done}/{event.file_count} files · {human_size(event.bytes_done)}/"
        f"{human_size(event.byte_count)}",
    )
