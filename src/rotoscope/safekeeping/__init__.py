"""Backing up, restoring, and telling what is wrong with an installation."""

from __future__ import annotations

from rotoscope.safekeeping.backup import BackupResult, back_up
from rotoscope.safekeeping.manifest import BackupEntry, BackupManifest
from rotoscope.safekeeping.progress import CopyCallback, CopyProgress
from rotoscope.safekeeping.restoring import RestoreResult, restore
from rotoscope.safekeeping.verifying import Damage, VerifyResult, verify_backup

__all__ = [
    "BackupEntry",
    "BackupManifest",
    "BackupResult",
    "CopyCallback",
    "CopyProgress",
    "Damage",
    "RestoreResult",
    "VerifyResult",
    "back_up",
    "restore",
    "verify_backup",
]
