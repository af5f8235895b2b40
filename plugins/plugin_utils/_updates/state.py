# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What installing looks at on a machine, beside its TLS state: jobs, and what packages need."""

from __future__ import annotations

from dataclasses import dataclass

from .._data import Version, packages
from .._failure import Failure
from .._machine.machine import Machine
from .._machine.visit import Visit, read_machine
from .._tls.state import HostState
from .._tls.updates import Installed, fits
from .._windows.jobs import (
    JobState,
    Workshop,
    cluster_questions,
    hotfix_question,
    job_questions,
    may_be_clustered,
    parse_job,
    runtime_questions,
    runtimes,
    system_root,
)
from .._windows.location import Location
from .._windows.registry import Registry

__all__ = ["MachineState", "read_state"]


@dataclass(frozen=True)
class MachineState:
    """What a machine tells that decides how its updates can be installed. ``leftovers``: our folder is there."""

    tls: Visit
    installed: Installed
    workshop: Workshop
    job: JobState | None
    leftovers: bool

    @property
    def restart_pending(self) -> bool:
        """Not known counts as pending."""
        return bool(self.tls.state.pending_restart or self.tls.state.pending_unread)


def read_state(machine: Machine, location: Location) -> MachineState:
    """Reads the state by the command lines of the audit, and one more. RemoteError or Failure."""
    visit = read_machine(machine.session(), location, changing=True)
    updates = {row.update for row in packages() if row.component == "hotfix" and row.update and fits(row, visit.state)}
    questions = [*job_questions(), *runtime_questions(), *map(hotfix_question, sorted(updates))]
    questions += cluster_questions((item.key, item.view) for item in visit.state.sql_instances)
    answers = machine.ask(questions, "see what is installed")
    workshop = system_root(answers.commands)
    if workshop is None:
        raise Failure(
            "no_answer",
            "the machine does not tell where Windows is installed.",
            "Check that this is a Windows machine and that a remote command shell works there.",
            {"changed": False},
        )
    found = Installed(
        {name: Version.parse(text) for name, text in runtimes(answers.registry).items()},
        updates & set(answers.commands),
        _clustered(answers.registry, visit.state),
    )
    return MachineState(
        visit,
        found,
        workshop,
        parse_job(answers.commands),
        # dir would say that an empty folder is none.
        "#there" in "".join(answers.commands.get("folder", ())),
    )


def _clustered(registry: Registry, state: HostState) -> set[str]:
    return {item.key for item in state.sql_instances if may_be_clustered(registry, item.key, item.view)}
