# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plays that are measured. The same values are read and set by all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import DesiredValue, desired_values, windows_release
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema import Product
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_configmgr import Stage
from configmgr_lab.control.client import LabClient

STAGES: tuple[Stage, ...] = ("enable", "disable")
_WINDOWS = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_KINDS = {"REG_DWORD": "dword", "REG_SZ": "string"}


@dataclass(frozen=True, order=True)
class RegistryValue:
    """One value as the stock modules name it: ``key`` below HKLM, the 32-bit view as Wow6432Node."""

    key: str
    name: str
    type: str
    data: str

    @property
    def path(self) -> str:
        return rf"HKLM:\{self.key}"


def values_asked(client: LabClient, host: str) -> list[RegistryValue]:
    """The values that the enable and the disable stage are about on this host's Windows: an audit has to read them all.

    tls_facts reads more than these (drivers, SQL Server, WSUS, restarts ...); that is left out for the others.
    """
    version = client.image(host)["registry"][_WINDOWS]
    build = int(version["CurrentBuildNumber"]["data"])
    product: Product = "server" if "Server" in version["ProductName"]["data"] else "client"
    windows = windows_release(build, product)
    if windows is None:
        raise ValueError(f"nothing is known about Windows build {build}")
    wanted = [value for stage in STAGES for value in desired_values(stage, windows, x64=True)]
    rows = [RegistryValue(_path(value), value.name, value.type, hex(value.data)) for value in wanted]
    return sorted({(row.key, row.name): row for row in rows}.values())


def _path(value: DesiredValue) -> str:
    return value.key if value.view == 64 else value.key.replace("SOFTWARE\\", "SOFTWARE\\Wow6432Node\\", 1)


def values_set(client: LabClient, host: str) -> list[RegistryValue]:
    """What differs between a host and its image: the values that somebody has set."""
    image, now = client.image(host)["registry"], client.dump(host)["registry"]
    return sorted(
        RegistryValue(key.removeprefix("HKEY_LOCAL_MACHINE\\"), name, value["type"], value["data"])
        for key, values in now.items()
        for name, value in values.items()
        if image.get(key, {}).get(name) != value
    )


def read_play(values: Iterable[RegistryValue]) -> list[dict[str, Any]]:
    """One win_reg_stat per value."""
    return [{"ansible.windows.win_reg_stat": {"path": value.path, "name": value.name}} for value in values]


def write_play(values: Iterable[RegistryValue]) -> list[dict[str, Any]]:
    """One win_regedit per value."""
    return [
        {
            "ansible.windows.win_regedit": {
                "path": value.path,
                "name": value.name,
                "data": int(value.data, 16) if value.type == "REG_DWORD" else value.data,
                "type": _KINDS[value.type],
            }
        }
        for value in values
    ]


def script_play(values: Iterable[RegistryValue]) -> list[dict[str, Any]]:
    """One win_powershell that reads all values and returns them."""
    places = "\n".join(f"    @('{value.path}', '{value.name}')" for value in values)
    script = f"""
$places = @(
{places}
)
$Ansible.Changed = $false
$Ansible.Result = foreach ($place in $places) {{
    $key = Get-Item -LiteralPath $place[0] -ErrorAction SilentlyContinue
    @{{ path = $place[0]; name = $place[1]; value = if ($key) {{ $key.GetValue($place[1]) }} else {{ $null }} }}
}}
"""
    return [{"ansible.windows.win_powershell": {"script": script}}]


def write_file(folder: Path, name: str, tasks: Sequence[dict[str, Any]]) -> Path:
    """The tasks as a playbook over all hosts."""
    named = [{"name": f"{name} {number}", **task} for number, task in enumerate(tasks, start=1)]
    play = {"name": name, "hosts": "all", "gather_facts": False, "tasks": named}
    path = folder / f"{name}.yml"
    path.write_text(yaml.safe_dump([play], sort_keys=False, width=1000), encoding="utf-8")
    return path
