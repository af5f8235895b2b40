# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site file of a realm, tickets for its administrator, and names for its machines."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import yaml

REALM = "CONTOSO.EXAMPLE"
_CLOCK = "/usr/$LIB/faketime/libfaketime.so.1"


def kerberos_contoso(folder: Path, version: str = "5.00.9141.1000") -> Path:
    """The shipped site as a realm: every second machine over https, ssh for the last."""
    site = yaml.safe_load((files("configmgr_lab") / "sites" / "contoso.yml").read_text(encoding="utf-8"))
    site |= {"kerberos": True, "version": version, "restart_seconds": 0.2}
    for number, row in enumerate(site["hosts"]):
        row["auth"] = "kerberos"
        row["connection"] = ("winrm", "psrp")[number % 2]
        if number % 4 < 2:
            scheme = "ansible_winrm_scheme" if number % 2 == 0 else "ansible_psrp_protocol"
            row["variables"] = {"ansible_port": "5986", scheme: "https"}
    site["hosts"][-1].update(connection="ssh", variables={})
    path = folder / "kerberos.yml"
    path.write_text(yaml.safe_dump(site, sort_keys=False), encoding="utf-8")
    return path


def names(hosts: Path) -> None:
    """Let the machines of this file be found by name."""
    seen = Path(os.environ["NSS_WRAPPER_HOSTS"])
    before = seen.stat().st_mtime if seen.exists() else 0
    shutil.copyfile(hosts, seen)
    # The library looks at whole seconds.
    os.utime(seen, (before + 2, before + 2))


def kinit(principal: str, password: str, *options: str) -> None:
    subprocess.run(["kinit", *options, principal], input=f"{password}\n", text=True, check=True, capture_output=True)


def kinit_by_a_clock(ahead: int, principal: str, password: str, *options: str) -> None:
    """kinit where the clock is so many seconds ahead."""
    clock = {"LD_PRELOAD": _CLOCK, "FAKETIME": f"{ahead:+d}"}
    command = ["kinit", *options, principal]
    subprocess.run(
        command, input=f"{password}\n", text=True, check=True, capture_output=True, env={**os.environ, **clock}
    )


def kadmin(request: str) -> None:
    """What an administrator of the domain does."""
    realm = Path(os.environ["KRB5_CONFIG"]).parent
    variables = {**os.environ, "KRB5_KDC_PROFILE": str(realm / "kdc.conf")}
    subprocess.run(["kadmin.local", "-r", REALM, *request.split()], env=variables, check=True, capture_output=True)
