# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sync of a project: AWX takes a template only when its playbook is in what was synced."""

from __future__ import annotations

import time
from typing import Any

from .._failure import Failure
from .client import AwxClient

__all__ = ["FAILED", "UNDER_WAY", "wait_for_sync"]

UNDER_WAY = ("new", "pending", "waiting", "running")
FAILED = ("failed", "error", "canceled")
_PAUSE = 2.0


def wait_for_sync(client: AwxClient, project: int, limit: float) -> dict[str, Any]:
    """The project once its sync has ended. Failure awx_sync if it ended badly or not within ``limit`` seconds."""
    end = time.monotonic() + limit
    while (row := client.get(f"projects/{project}/")).get("status") in UNDER_WAY:
        if time.monotonic() >= end:
            raise _failure(client, project, row, f"its sync is {row['status']} after {limit:.0f} s")
        time.sleep(_PAUSE)
    if row.get("status") in FAILED:
        raise _failure(client, project, row, f"its sync ended as {row['status']}")
    return row


def _failure(client: AwxClient, project: int, row: dict[str, Any], why: str) -> Failure:
    return Failure(
        "awx_sync",
        f"{client.place}: the project {row.get('name')} could not be synced: {why}.",
        f"See its last job in AWX ({client.place}/#/projects/{project}); check address and branch of the repository, "
        "give the project a credential there if that wants a login, and run the playbook again.",
    )
