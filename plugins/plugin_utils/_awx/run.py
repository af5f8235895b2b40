# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run against an AWX: what it has found out, what it has changed, and the one way in which it writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._failure import Failure
from .changes import AwxChange
from .client import AwxClient, Refused

__all__ = ["UNMADE", "Run"]

UNMADE = 0
"""In check mode the number of what is not there yet."""

_RIGHTS = {
    "system": "This takes a system administrator of AWX: have one run the playbook once. From then on an administrator "
    "of the organization can run it.",
    "organization": "The user of the token has to be an administrator of the organization, and its scope write.",
}


@dataclass
class Run:
    """One setting up of AWX: what was found, made and changed so far.

    ids: numbers by endpoint and name. credential_types: those of credentials, by the same. notes: what is to be said
    beside the changes.
    """

    client: AwxClient
    check_mode: bool
    ids: dict[str, int] = field(default_factory=dict)
    credential_types: dict[str, int | None] = field(default_factory=dict)
    changes: list[AwxChange] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def resolved(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """References as numbers. A field that refers to what this run does not make is left alone."""
        found = {}
        for name, value in fields.items():
            key = value.get("id_of") if isinstance(value, Mapping) else None
            if key is None:
                found[name] = value
            elif key in self.ids:
                found[name] = self.ids[key]
        return found

    def write(
        self,
        change: AwxChange,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        made_by: str = "organization",
    ) -> dict[str, Any]:
        """Send it and note it; in check mode only note it."""
        if not self.check_mode:
            try:
                answer = self.client.write(method, path, body)
            except Refused as refusal:
                raise self._explained(refusal, change, made_by) from None
        else:
            answer = {}
        self.changes.append(change)
        return answer

    def _explained(self, refusal: Refused, change: AwxChange, made_by: str) -> Failure:
        doing = change.line(check_mode=True).removeprefix("would ")
        if refusal.status == 403:
            return Failure(
                "awx_rights", f"{self.client.place}: the token may not {doing} (HTTP status 403).", _RIGHTS[made_by]
            )
        if refusal.status == 400 and "Playbook not found" in refusal.detail:
            return Failure(
                "awx_playbook",
                f"{self.client.place}: could not {doing}: the project has no playbook "
                f"{change.after.get('playbook', 'of that name')}.",
                "See the project and its last sync in AWX. configmgr_tls_awx_playbooks is the folder of the playbooks.",
            )
        return Failure("awx_refused", f"{refusal} It was to {doing}.", refusal.remedy, refusal.details)
