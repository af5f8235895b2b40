# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forecast over the hosts of a run, with what the inventory says of them and with this controller's own end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._tls.forecast import Forecast, forecast
from .._tls.plan import LEGACY_PROTOCOLS
from .controller_end import controller_end
from .hosts import HostVariables

__all__ = ["expected_of"]


def expected_of(
    hosts: Sequence[HostVariables], facts: Mapping[str, Mapping[str, Any] | None], protocols: Sequence[str] | None
) -> Forecast:
    """``facts``: of each of ``hosts``, as of today or as known. ``protocols``: what would be turned off."""
    return forecast(
        facts,
        protocols or LEGACY_PROTOCOLS,
        over_https=[host.name for host in hosts if host.over_https],
        told={host.name: host.told for host in hosts},
        controller=controller_end(),
    )
