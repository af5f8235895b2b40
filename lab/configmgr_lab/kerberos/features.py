# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a Kerberos realm is emulated, for the coverage page."""

from __future__ import annotations

from ..features import Feature, Source, Subject

SUBJECT = Subject(
    "Kerberos",
    (
        Feature(
            "a key distribution centre of its own on loopback, stopped with the lab", Source.DOCUMENT, "MIT Kerberos"
        ),
        Feature("HTTP, WSMAN, HOST and cifs of each machine by its full name, AES-256", Source.DOCUMENT),
        Feature("a password has to be proved before a ticket is given; tickets for ten hours", Source.DOCUMENT),
        Feature("the domain controller stops, or its clock is wrong (control)", Source.DOCUMENT),
    ),
    (
        "short names as principals, aliases of one account, services of virtual accounts",
        "groups of the user in the ticket (PAC), claims, more than one realm",
        "a ticket for another service of the same machine: Windows has one key for all of them",
    ),
)
