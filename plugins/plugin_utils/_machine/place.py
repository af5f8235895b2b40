# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where backups and journal lie on a machine: checked in the visit that uses it, made by us when it is not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from .._failure import Failure
from .._marks import HEARD
from .._remote import Session
from .._tls.journal import JournalEntry, parse_journal
from .._windows.location import DEFAULT, JOURNAL, FolderTrust, Location, journal_question
from .._windows.questions import Command
from .asking import ask_machine

__all__ = ["Place", "controller_time", "place_of", "place_questions", "prepare"]

_WHY = {
    "junction": "it leads elsewhere",
    "foreign": "others than administrators may write there, or own it",
}


@dataclass(frozen=True)
class Place:
    """Our folder on a machine: whose it is, and what its journal says.

    ``trust``: ours, or absent. ``journal``: what we did on the machine before.
    """

    location: Location
    trust: FolderTrust
    journal: tuple[JournalEntry, ...]


def place_questions(location: Location) -> list[Command]:
    return [journal_question(location.journal), *location.questions()]


def place_of(location: Location, answers: Mapping[str, Sequence[str]]) -> Place:
    """From the answers to place_questions.

    Failure location_not_safe: nothing in the folder can be believed; journal_unreadable: what we did is not known.
    """
    trust = location.trust(answers)
    if trust in _WHY:
        raise Failure(
            "location_not_safe",
            f"backup_location {location.path} cannot be trusted: {_WHY[trust]}. Nothing in it was believed.",
            f"Leave out backup_location (it is {DEFAULT}, where only administrators write), or name a folder that does "
            "not exist: it is made and protected by the first change.",
            {"changed": False},
        )
    if trust != "ours":
        return Place(location, trust, ())
    if JOURNAL not in answers:
        raise Failure(
            "journal_unreadable",
            f"the journal {location.journal} could not be read, so that what was changed here before is not known.",
            "See on the machine what keeps the file from its administrators, a program or an access list, and run "
            "again. Do not delete it: a rollback needs it.",
            {"changed": False},
        )
    return Place(location, trust, parse_journal(answers[JOURNAL]))


def prepare(session: Session, place: Place) -> None:
    """Make the folder where that takes more than mkdir, before anything is written there.

    Failure location_not_made: Windows did not do it, or somebody was quicker.
    """
    if place.trust == "ours":
        return
    location = place.location
    made = session.run(location.make_line(), attempted=f"make the folder {location.path}", resend=False)
    answers = ask_machine(session, location.questions(), f"look at the folder {location.path}")
    if HEARD not in made.stdout or location.trust(answers.commands) != "ours":
        raise Failure(
            "location_not_made",
            f"the folder {location.path} could not be made for administrators alone; nothing was changed.",
            "Check that its drive has access lists and that icacls knows /inheritance (since Windows 7 and Server "
            f"2008 R2), or leave out backup_location (it is {DEFAULT}).",
            {"changed": False},
        )


def controller_time() -> str:
    """The controller's time, for the journal: machines' clocks differ."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
