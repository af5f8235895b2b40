# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that the run did not read, with what the site record tells of them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from .._baseline.items import BaselineSpec
from .._baseline.script import baseline_name
from .._plain import plain
from .._record.folder import RecordFolder
from .._remote.errors import table
from .._tls.absence import Absent
from .._tls.plan import COMPONENTS, LEGACY_PROTOCOLS
from .base import Task
from .controller import on_controller
from .hosts import HostVariables

__all__ = ["absent_hosts", "known_facts", "seen_rows"]

# Codes of a client that ConfigMgr asked for us in vain.
_OF_CONFIGMGR = ("client_offline", "client_silent")


def absent_hosts(task: Task, hosts: Iterable[HostVariables]) -> tuple[dict[str, Absent], list[str]]:
    """Those of ``hosts`` that have no facts, and what is to be said of files of the record that cannot be believed.

    The option C(record) of the task names the folder.
    """
    now = datetime.now(UTC)
    folder = task.arguments["record"]
    site = RecordFolder(on_controller(folder, "record"), now) if folder else None
    baseline = baseline_name(BaselineSpec("enable", COMPONENTS, LEGACY_PROTOCOLS)) if site else ""
    found = {
        host.name: Absent(
            frozenset(host.told_roles),
            _silent(host.stopped),
            now,
            site.read(host.name) if site else None,
            plain(host.variables.get("configmgr_client_active")) is False,
            baseline,
        )
        for host in hosts
        if host.facts is None
    }
    bad = site.bad if site else {}
    return found, [f"{name} of the site record is not believed: {why}" for name, why in bad.items()]


def known_facts(absent: Mapping[str, Absent], seen_days: float | None = None) -> dict[str, Mapping[str, Any]]:
    """The facts of those that were seen; with ``seen_days`` of those whose record may stand for a visit."""
    return {
        name: one.seen.facts
        for name, one in absent.items()
        if one.seen is not None and one.seen.facts is not None and (seen_days is None or one.stands(seen_days))
    }


def seen_rows(absent: Mapping[str, Absent], seen_days: float = 0) -> list[dict[str, Any]]:
    """Host, and when and by which way it was seen, of those that were."""
    return [{"host": name, **seen} for name, one in absent.items() if (seen := one.as_dict(seen_days))]


def _silent(stopped: Mapping[str, Any] | None) -> bool:
    return stopped is None or str(stopped.get("code")) in _codes()


@functools.cache
def _codes() -> frozenset[str]:
    """Of failures in which nothing came from the machine itself."""
    return frozenset(
        {"connect_time_out", *_OF_CONFIGMGR, *(row.code for row in table().values() if row.kind == "network")}
    )
