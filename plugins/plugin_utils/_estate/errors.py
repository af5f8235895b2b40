# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can keep the hierarchy from being read."""

from __future__ import annotations

from .._failure import Failure

__all__ = ["REMEDIES", "estate_failure"]

REMEDIES = {
    "admin_service_unreachable": "Check the name and port of the SMS Provider, and that its AdminService is enabled.",
    "admin_service_certificate": "Give ca_path the file of the authority that issued the SMS Provider's certificate.",
    "admin_service_time_out": "See how busy the SMS Provider is, raise timeout, or lower page_size.",
    "admin_service_login": "Check user and password; the account needs the right to read the site (read-only analyst).",
    "admin_service_forbidden": "Give the account the ConfigMgr security role read-only analyst.",
    "admin_service_not_found": "Check the address; AdminService exists since ConfigMgr 1810, and class names are "
    "case-sensitive. source: registry reads the same without it.",
    "admin_service_failed": "See AdminService.log on the SMS Provider.",
    "admin_service_answer": "Check that the address is that of an SMS Provider, and not of a proxy or a logon page.",
    "site_server_unread": "Check the connection variables in site_server_variables.",
    "missing_library": "Install the library on the controller, or in the execution environment.",
}


def estate_failure(code: str, place: str, attempted: str, detail: str = "") -> Failure:
    """A key of REMEDIES as a failure; the text names the address and what was attempted."""
    said = f": {detail}" if detail else ""
    return Failure(code, f"{place}: could not {attempted} ({code}){said}.", REMEDIES[code])
