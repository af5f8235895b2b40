# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What clients told of a baseline, from SMS_CI_CurrentComplianceStatus.

ComplianceState: 0 unknown, 1 compliant, 2 not compliant, 4 error; the texts beside it may be localised, and are not
read. A row says what was at LastComplianceMessageTime, not what is now. Source: Microsoft,
"SMS_CI_CurrentComplianceStatus Server WMI Class". That the class is read through the AdminService like any other
follows from the service.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .._estate.admin_service import AdminService
from .._failure import Failure
from .._tls.compliance import moment
from .script import is_ours

__all__ = ["NOT_TOLD", "COMPLIANCE_STATES", "ClientCompliance", "moment_of", "read_compliance"]

NOT_TOLD = "not_told"
_STATES = {1: "compliant", 2: "not_compliant", 4: "error"}
COMPLIANCE_STATES = (*_STATES.values(), NOT_TOLD)
_WORSE = {state: number for number, state in enumerate(("compliant", "not_told", "not_compliant", "error"))}


@dataclass(frozen=True)
class ClientCompliance:
    """What one client told last of one baseline.

    ``state``: one of COMPLIANCE_STATES. ``at``: when the client said so. ``mended_at``: when the baseline last
    wrote there.
    """

    state: str = NOT_TOLD
    at: datetime | None = None
    mended_at: datetime | None = None

    def as_dict(self, now: datetime) -> dict[str, Any]:
        return {
            "state": self.state,
            "told_at": self.at.isoformat() if self.at else None,
            "days": max(0, (now - self.at).days) if self.at else None,
            "mended_at": self.mended_at.isoformat() if self.mended_at else None,
        }


def read_compliance(service: AdminService, name: str, clients: Iterable[int]) -> dict[int, ClientCompliance]:
    """By resource id; a client without a row, or with one that says nothing, has not told. Raises Failure."""
    number = _latest(service, name)
    told: dict[int, ClientCompliance] = {}
    for row in service.rows("SMS_CI_CurrentComplianceStatus", f"CI_ID eq {number}"):
        client = row.get("ResourceID")
        if isinstance(client, int):
            told[client] = _worse(told.get(client), _told(row))
    return {client: told.get(client, ClientCompliance()) for client in clients}


def _latest(service: AdminService, name: str) -> int:
    """The CI_ID of the revision of today: what was told of another one is about other values."""
    rows = service.rows("SMS_ConfigurationBaselineInfo", f"LocalizedDisplayName eq '{name}'")
    latest = [row for row in rows if row.get("IsLatest") in (True, 1, None) and isinstance(row.get("CI_ID"), int)]
    if len(latest) != 1:
        found = "has no baseline" if not latest else f"has {len(latest)} baselines"
        raise Failure(
            "baseline_not_found",
            f"the site {found} of the name {name}.",
            "Make it with the script of tls_baseline, for the same stage, components and protocols.",
        )
    if not is_ours(str(latest[0].get("LocalizedDescription"))):
        raise Failure(
            "baseline_not_ours",
            f"the baseline {name} is not as the script of tls_baseline has left it.",
            "Run the script to its end; when somebody changed the baseline, rename it and run the script again.",
        )
    return int(latest[0]["CI_ID"])


def _told(row: Mapping[str, Any]) -> ClientCompliance:
    """What cannot be dated is not believed."""
    at = moment_of(row.get("LastComplianceMessageTime"))
    said = row.get("ComplianceState")
    state = _STATES.get(said, NOT_TOLD) if at and isinstance(said, int) else NOT_TOLD
    # An item that is not for this Windows wants nothing of it, which is no pass.
    if row.get("IsApplicable") is False:
        state = NOT_TOLD
    return ClientCompliance(state, at, moment_of(row.get("LastEnforcementMessageTime")))


def _worse(one: ClientCompliance | None, other: ClientCompliance) -> ClientCompliance:
    """A row per user may be there: the worse of them counts."""
    return max((one, other), key=lambda told: _WORSE[told.state]) if one else other


def moment_of(text: Any) -> datetime | None:
    """Times of the site are UTC, with or without a zone."""
    return moment(str(text), UTC)
