# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking a machine: many questions in one command line, or in as few as cmd takes."""

from __future__ import annotations

from collections.abc import Sequence

from .._remote import Session, grouped
from .._windows.questions import Answers, Command, Query, ask

__all__ = ["ask_machine", "ask_text", "question_lines"]


def question_lines(questions: Sequence[Query | Command]) -> list[str]:
    """The command lines of a visit. Errors are told by missing marks, so the error stream, localised and long, stays
    on the machine.
    """
    return grouped(ask(questions), "(", ")2>nul")


def ask_text(
    session: Session, questions: Sequence[Query | Command], attempted: str, lines: Sequence[str] | None = None
) -> str:
    """What the machine prints, whatever number of lines it takes; ``lines``: what question_lines gave for them.
    RemoteError.
    """
    asked = lines if lines is not None else question_lines(questions)
    return "\n".join([session.run(line, attempted=attempted).stdout for line in asked])


def ask_machine(
    session: Session, questions: Sequence[Query | Command], attempted: str, lines: Sequence[str] | None = None
) -> Answers:
    """All answers. RemoteError."""
    return Answers.parse(questions, ask_text(session, questions, attempted, lines))
