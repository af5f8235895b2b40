# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A visit to nobody, before Ansible forks: what Python and OpenSSL work out when code runs for the first time is there
in the worker of every host, and not worked out anew by each of them.
"""

from __future__ import annotations

import ssl

from .._data import windows_releases
from .._marks import HEARD
from .._tls.audit import audit
from .._tls.build import host_state
from .._tls.facts import facts
from .._windows.location import DEFAULT, Location, journal_question
from .._windows.questions import Answers, Query
from .._windows.snapshot import WINDOWS_VERSION, Snapshot
from .place import place_of
from .visit import Visit

__all__ = ["rehearse"]


def rehearse() -> None:
    """Reads and judges the answer of a machine that only says which Windows it is. It holds some milliseconds, once."""
    # OpenSSL looks its algorithms up when the first context of a process is made.
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    location = Location(DEFAULT)
    build = windows_releases()[-1].builds[-1]
    key = f"{WINDOWS_VERSION.full}\n    CurrentBuild    REG_SZ    {build}\n{HEARD}0\n{HEARD}1\n"
    answers = Answers.parse((Query(WINDOWS_VERSION), journal_question(location.journal)), key)
    snapshot = Snapshot.of(answers)
    visit = Visit(snapshot, host_state(snapshot), place_of(location, answers.commands))
    findings = audit(visit.state, ("client",))
    facts(visit.state, visit.enabled_state(), ("client",), findings)
