# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of sites, and the ports that nobody listens on, in every format that people read."""

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import RENDERERS, HostRecord, build_document
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.hierarchy import (
    SiteCount,
    not_in_use_line,
    site_counts,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.documents import (
    ORIGIN,
    facts,
    open_finding,
    passed,
)


def machine(name: str, roles: list[str], site: str, parent: str | None = None, *, good: bool = True) -> HostRecord:
    told = {"role_site": site, "assigned_site": site, "parent_site": parent, "site_code": site}
    findings = [passed("winhttp-update")] if good else [open_finding("winhttp-update")]
    return HostRecord(name, facts(findings, roles=roles, configmgr=told))


def hierarchy(*more: HostRecord) -> dict[str, Any]:
    """A central site, a primary site with a secondary one that has something left to do."""
    return build_document(
        ORIGIN,
        [
            machine("SEC1", ["secondary_site"], "S01", "PS1", good=False),
            machine("CM1", ["site_server"], "PS1", "CAS"),
            machine("PC1", ["client"], "PS1"),
            machine("CAS1", ["site_server"], "CAS", ""),
            *more,
        ],
    )


def test_a_site_stands_below_its_parent() -> None:
    expected = [SiteCount("CAS", "", 1, 1), SiteCount("PS1", "CAS", 2, 2), SiteCount("S01", "PS1", 1, 0)]
    assert site_counts(hierarchy(HostRecord("PC2", None))) == expected


def test_one_site_needs_no_table() -> None:
    assert site_counts(build_document(ORIGIN, [machine("CM1", ["site_server"], "PS1", "")])) == []


def test_people_see_it() -> None:
    shown = {name: RENDERERS[name].render(hierarchy()) for name in ("html", "markdown")}
    assert "Sites of the hierarchy" in shown["html"] and '<th scope="row">S01</th><td>PS1</td>' in shown["html"]
    assert "| S01 | PS1 | 1 | 0 |" in shown["markdown"]


def test_ports_that_are_not_in_use_are_named() -> None:
    document = {**hierarchy(), "probes": {"not_in_use": [{"host": "CM1", "role": "site_server"}]}}
    assert list(not_in_use_line(document)) == [
        "No TLS is taken, and nothing can break, at: CM1 (Site server (central administration site or primary site))."
    ]
    assert list(not_in_use_line(hierarchy())) == []
