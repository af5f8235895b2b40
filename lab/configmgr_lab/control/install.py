# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates that somebody installs on a machine, which the collection only ever asks for."""

from __future__ import annotations

from configmgr_lab.control.lab import LabError
from configmgr_lab.images import BadImage, install_product
from configmgr_lab.machine.machine import Machine

# What helps against what: a product that a machine has (or its image, for those of Windows itself) and its update.
_PRODUCT_UPDATES = {
    "sql-2012-sp2": "sql-2012-sp4",
    "native-client-11-old": "native-client-11",
    "odbc-18-bad": "odbc-18",
    "wsus-2012": "wsus-2012-updated",
    "wsus-2012-r2": "wsus-2012-r2-updated",
    "dotnet-4.5.2": "dotnet-4.8",
    "dotnet-4.6.2": "dotnet-4.8",
}
_IMAGE_UPDATES = {
    "windows-7-sp1-x64": "winhttp-update-7-sp1",
    "windows-7-sp1-x86": "winhttp-update-7-sp1",
    "windows-server-2008-r2": "winhttp-update-7-sp1",
    "windows-server-2012": "winhttp-update-2012",
}


def missing_updates(machine: Machine) -> list[str]:
    """The updates for TLS 1.2 that the machine's row in the site file leaves out."""
    row = machine.site_host
    found = [_IMAGE_UPDATES[row.image]] if row.image in _IMAGE_UPDATES else []
    found += [_PRODUCT_UPDATES[product] for product in row.products if product in _PRODUCT_UPDATES]
    return [update for update in dict.fromkeys(found) if update not in row.products]


def install(machine: Machine, products: list[str]) -> list[str]:
    """Install the products, or `missing_updates` when none is named; they are gone again after a reset.

    Raises LabError. They count at once, as if their own restart had been made.
    """
    chosen = products or missing_updates(machine)
    for product in chosen:
        try:
            install_product(product, machine.registry, machine.files)
        except BadImage as exc:
            raise LabError(str(exc)) from exc
    return chosen
