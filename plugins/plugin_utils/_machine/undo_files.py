# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backups of a machine, read back for a rollback."""

from __future__ import annotations

from collections.abc import Sequence

from .._failure import Failure
from .._remote import Session
from .._tls.journal import JournalEntry
from .._tls.rollback import foreign_places
from .._windows.command import location_path
from .._windows.location import Location
from .._windows.questions import Command
from .._windows.undo import Undo, parse_undo
from .asking import ask_machine

__all__ = ["read_undo_files"]


def read_undo_files(session: Session, location: Location, entries: Sequence[JournalEntry]) -> list[Undo]:
    """The backups of ``entries``, in their order; every one of them has to be there, whole, and about our values.

    Failure no_undo_file, foreign_undo_file.
    """
    questions = [Command(str(entry.sequence), f"type {location_path(_file(location, entry))}") for entry in entries]
    answers = ask_machine(session, questions, "read the backups of earlier runs")
    undos = []
    for entry in entries:
        lines = answers.commands.get(str(entry.sequence))
        undo = parse_undo(lines) if lines is not None else None
        if undo is None:
            raise Failure(
                "no_undo_file",
                f"the backup {_file(location, entry)} is "
                f"{'damaged' if lines is not None else 'missing'}; nothing was changed.",
                "Restore the values by hand from the result of the run that changed them.",
            )
        if strangers := foreign_places(undo):
            raise Failure(
                "foreign_undo_file",
                f"the backup {_file(location, entry)} names what this collection never writes ({strangers[0]}); "
                "nothing of it was believed, and nothing was changed.",
                "Find out who wrote the file. Restore values by hand from the result of the run that changed them.",
                {"places": strangers[:20], "changed": False},
            )
        undos.append(undo)
    return undos


def _file(location: Location, entry: JournalEntry) -> str:
    return rf"{location.path}\{entry.backup}"
