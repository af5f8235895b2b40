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
    "admin_service_ntlm": "ConfigMgr 2509 and later refuse NTLM: let authentication: kerberos say why there is no "
    "ticket, and see the page about connections. For an older site, check user and password.",
    "admin_service_forbidden": "Give the account the ConfigMgr security role read-only analyst.",
    "admin_service_not_found": "Check the address; AdminService exists since ConfigMgr 1810, and class names are "
    "case-sensitive. An inventory can be read without it, with source: registry.",
    "admin_service_query": "The AdminService does not take the question; ConfigMgr 2603 mended its reading of paths.",
    "admin_service_busy": "Wait until the SMS Provider answers again; see AdminService.log there.",
    "admin_service_failed": "See AdminService.log on the SMS Provider.",
    "admin_service_answer": "Check that the address is that of an SMS Provider, and not of a proxy or a logon page.",
    "admin_service_too_long": "Lower page_size. If it stays so, look at what the site has in that class.",
    "ca_file_missing": "Correct ca_path (for the playbooks configmgr_tls_provider_ca_path); the file must be readable "
    "where Ansible runs.",
    "kerberos_no_ticket": "Give user (user@EXAMPLE.COM) and password, or run kinit as the user who runs Ansible.",
    "kerberos_user_unknown": "Correct user; it is user@EXAMPLE.COM with the realm in upper case, not DOMAIN\\user.",
    "kerberos_password": "Correct password. It was tried once, so that the account is not locked.",
    "kerberos_service_unknown": "Let url have the full name of the SMS Provider, not its address or an alias.",
    "kerberos_refused": "User and password are right. Compare the clock of the SMS Provider with the domain's, and see "
    "whether the name in url belongs to another account (setspn -Q HTTP/NAME).",
    "site_server_unread": "Check the connection variables in site_server_variables.",
    "missing_library": "Install the library on the controller, or in the execution environment.",
}


def estate_failure(code: str, place: str, attempted: str, detail: str = "", remedy: str = "") -> Failure:
    """A key of REMEDIES as a failure, or another one of a connection, which comes with its ``remedy``; the text names
    the address and what was attempted.
    """
    said = f": {detail}" if detail else ""
    return Failure(code, f"{place}: could not {attempted} ({code}){said}.", REMEDIES.get(code) or remedy)
