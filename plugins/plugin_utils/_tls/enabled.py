# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state that the enable stage leads to, worked out on what was read."""

from __future__ import annotations

from .._windows.snapshot import Snapshot
from .build import state_after
from .plan import COMPONENTS, LEGACY_PROTOCOLS, registry_after, settings_plan
from .state import HostState

__all__ = ["enabled_state"]


def enabled_state(snapshot: Snapshot, state: HostState) -> HostState:
    """The state that the enable stage leads a machine to.

    ``state`` is that of ``snapshot``; it stays as it is where the build of Windows is not known.
    """
    windows = state.windows
    if windows.release is None:
        return state
    plan = settings_plan(
        snapshot.registry, windows.release, "enable", COMPONENTS, LEGACY_PROTOCOLS, x64=windows.has_wow
    )
    return state_after(state, registry_after(snapshot.registry, plan.changes))
