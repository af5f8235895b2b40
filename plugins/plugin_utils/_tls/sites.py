# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sites of a hierarchy: which machine belongs where, and which sites talk to each other.

A site system belongs to the site that installed its roles, its client is assigned to a primary site: on a server of a
secondary site these are two. What is not known may be anything, so that nothing is left out for want of knowing it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["NO_SITE_VARIABLES", "Reach", "Sites", "SiteVariables"]

Reach = Literal["site", "upstream", "neighbours", "hierarchy"]
"""How far a conversation goes: within a site; to its parent as well; to its parent and its children as well; from
anywhere to anywhere in the hierarchy.
"""

# Those whose own registry names the parent of their site.
_SITE_SERVERS = frozenset({"site_server", "passive_site_server", "secondary_site"})
# Roles of a machine that is managed: they go with its client, not with its site systems.
_CLIENTS = frozenset({"client", "admin_console"})


@dataclass(frozen=True)
class SiteVariables:
    """What an inventory says of a machine. ``parent``: of its site, empty for the top one, None when not told.

    ``ports``: the variables that say where its roles listen; 0 for one that is not used. ``address``: by which the
    controller reaches it, empty when that is its name.
    """

    site: str = ""
    assigned: str = ""
    parent: str | None = None
    ports: Mapping[str, int] = field(default_factory=dict)
    address: str = ""


NO_SITE_VARIABLES = SiteVariables()


class Sites:
    """Where the machines of ``facts`` belong. What the inventory tells comes before what a machine says itself."""

    def __init__(self, facts: Mapping[str, Mapping[str, Any]], told: Mapping[str, SiteVariables] | None = None) -> None:
        self._facts, self._told = facts, told or {}
        self.parents: dict[str, str] = {}
        for host in facts.values():
            own = host.get("configmgr") or {}
            if own.get("role_site") and _SITE_SERVERS.intersection(host.get("roles") or ()):
                self.parents[str(own["role_site"])] = str(own.get("parent_site") or "")
        for name in facts:
            said = self._told.get(name, NO_SITE_VARIABLES)
            if said.site and said.parent is not None:
                self.parents[said.site] = said.parent

    def of(self, name: str, role: str) -> str:
        """The code of the site to which ``role`` of a machine belongs; empty when it is not known."""
        own, said = self._facts[name].get("configmgr") or {}, self._told.get(name, NO_SITE_VARIABLES)
        if role not in _CLIENTS:
            return said.site or str(own.get("role_site") or "")
        only_client = _CLIENTS.issuperset(self._facts[name].get("roles") or ())
        return said.assigned or (said.site if only_client else "") or str(own.get("assigned_site") or "")

    def home(self, name: str) -> str:
        """The site of a machine's roles, else that of its client; empty when it is not known."""
        servers = set(self._facts[name].get("roles") or ()) - _CLIENTS
        return (self.of(name, min(servers)) if servers else "") or self.of(name, "client")

    def top(self, site: str) -> str:
        """The code of the topmost site above ``site``, or itself; empty when it is not known."""
        highest = self._line(site)[-1:]
        return highest[0] if highest and self.parents.get(highest[0]) == "" else ""

    def depth(self, site: str) -> int:
        """How many sites are above ``site``, as far as is known."""
        return max(0, len(self._line(site)) - 1)

    def _line(self, site: str) -> list[str]:
        """``site`` and those above it. A circle of parents ends where it began."""
        line: list[str] = []
        while site and site not in line:
            line.append(site)
            site = self.parents.get(site, "")
        return line

    def scope(self, name: str, role: str, reach: Reach) -> str:
        """What two machines are told apart by in conversations of this reach: a site, or a hierarchy."""
        site = self.of(name, role)
        return self.top(site) if reach == "hierarchy" else site

    def meet(self, caller: str, callee: str, reach: Reach) -> bool:
        """Whether machines of these scopes talk, as far as is known."""
        if not caller or not callee or caller == callee:
            return True
        up = self._may_be_parent(callee, of=caller)
        return (reach == "upstream" and up) or (
            reach == "neighbours" and (up or self._may_be_parent(caller, of=callee))
        )

    def _may_be_parent(self, site: str, *, of: str) -> bool:
        above = self.parents.get(of)
        # A site whose parent nobody told has it anywhere, only not below itself.
        return self.parents.get(site) != of if above is None else above == site
