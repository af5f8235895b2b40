# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cmdlets of ConfigMgr's console that make and deploy baselines, on the lab's site.

Parameters are those of Microsoft's reference of the module ConfigurationManager; one that is not known here is refused,
as PowerShell does. A name that is taken is refused by the New- cmdlets: whether ConfigMgr makes a second of that name
is nowhere said, and this is the less convenient reading for a script that does not look first.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from typing import Any

from ..endpoints.compliance import PLATFORMS, Baseline, Compliance, ConfigurationItem, Setting
from .powershell import Cmdlet, Run, Thrown

__all__ = ["run_script"]

Parameters = dict[str, Any]
_LOCATION = ("import-module", "set-location", "join-path", "split-path")


def run_script(compliance: Compliance, text: str) -> Run:
    """What an administrator sees who runs it on the console. Raises NotRead and Thrown."""
    run = Run(_commands(compliance))
    run.script(text)
    return run


def _commands(site: Compliance) -> Mapping[str, Cmdlet]:
    console = _Console(site)
    return {
        **dict.fromkeys(_LOCATION, lambda given, piped: ["here"]),
        "write-output": lambda given, piped: [],
        "write-warning": lambda given, piped: [],
        "get-cmsupportedplatform": console.get_platform,
        "get-cmconfigurationitem": console.get_item,
        "new-cmconfigurationitem": console.new_item,
        "set-cmconfigurationitem": console.set_item,
        "set-cmcisupportedplatform": console.set_platforms,
        "get-cmcompliancesetting": console.get_setting,
        "add-cmcompliancesettingregistrykeyvalue": console.add_value,
        "get-cmbaseline": console.get_baseline,
        "new-cmbaseline": console.new_baseline,
        "set-cmbaseline": console.set_baseline,
        "new-cmschedule": console.new_schedule,
        "get-cmbaselinedeployment": console.get_deployment,
        "new-cmbaselinedeployment": console.new_deployment,
        "set-cmbaselinedeployment": console.set_deployment,
    }


class _Console:
    def __init__(self, site: Compliance) -> None:
        self._site = site

    def get_platform(self, given: Parameters, piped: Any) -> list[Any]:
        _known(given, "name", "fast")
        names = _like(given["name"], PLATFORMS)
        return [{"DisplayText": name} for name in names]

    def get_item(self, given: Parameters, piped: Any) -> list[Any]:
        _known(given, "name", "fast")
        return [_item(self._site.items[name]) for name in _like(given["name"], self._site.items)]

    def new_item(self, given: Parameters, piped: Any) -> list[Any]:
        _known(given, "name", "creationtype", "description")
        if given["creationtype"] != "WindowsOS":
            raise Thrown(f"{given['creationtype']} is not made in the lab.")
        name = _free(given["name"], self._site.items)
        self._site.items[name] = ConfigurationItem(name, given.get("description", ""), self._site.new_id())
        return [_item(self._site.items[name])]

    def set_item(self, given: Parameters, piped: Any) -> list[Any]:
        _known(given, "name", "description")
        self._site.change_item(_there(given["name"], self._site.items), description=given["description"])
        return []

    def set_platforms(self, given: Parameters, piped: Any) -> list[Any]:
        _known(given, "addsupportedplatform")
        added = given["addsupportedplatform"]
        names = {row["DisplayText"] for row in (added if isinstance(added, list) else [added])}
        item = self._site.items[_piped(piped)]
        self._site.change_item(item.name, platforms=item.platforms | names)
        return []

    def get_setting(self, given: Parameters, piped: Any) -> list[Any]:
        _known(given, "name", "settingname", "fast")
        item = self._site.items[_there(given["name"], self._site.items)]
        return [{"Name": row.name} for row in item.settings if row.name == given["settingname"]]

    def add_value(self, given: Parameters, piped: Any) -> list[Any]:
        _known(
            given, "name", "hive", "is64bit", "keyname", "valuename", "datatype", "valuerule", "rulename",
            "expressionoperator", "expectedvalue", "remediate", "remediatedword", "reportnoncompliance",
            "noncomplianceseverity",
        )  # fmt: skip
        item = self._site.items[_piped(piped)]
        if any(row.name == given["name"] for row in item.settings):
            raise Thrown(f"{item.name} has a setting {given['name']} already.")
        wanted = {"hive": "LocalMachine", "datatype": "Integer", "expressionoperator": "IsEquals", "valuerule": True}
        for name, value in wanted.items():
            if given.get(name) != value:
                raise Thrown(f"-{name} {given.get(name)} is not evaluated in the lab.")
        setting = Setting(
            name=given["name"],
            key=given["keyname"],
            value_name=given["valuename"],
            expected=int(given["expectedvalue"]),
            is_64bit=bool(given.get("is64bit")),
            remediate=bool(given.get("remediate")),
            dword=bool(given.get("remediatedword")),
            report_absent=bool(given.get("reportnoncompliance")),
        )
        self._site.change_item(item.name, settings=(*item.settings, setting))
        return [_item(self._site.items[item.name])]

    def get_baseline(self, given: Parameters, piped: Any) -> list[Any]:
        _known(given, "name", "fast")
        return [_baseline(self._site.baselines[name]) for name in _like(given["name"], self._site.baselines)]

    def new_baseline(self, given: Parameters, piped: Any) -> list[Any]:
        _known(given, "name", "description")
        name = _free(given["name"], self._site.baselines)
        self._site.baselines[name] = Baseline(name, given.get("description", ""), self._site.new_id())
        return [_baseline(self._site.baselines[name])]

    def set_baseline(self, given: Parameters, piped: Any) -> list[Any]:
        _known(given, "name", "addosconfigurationitem", "description")
        name = _there(given["name"], self._site.baselines)
        added = given["addosconfigurationitem"]
        ids = {int(number) for number in (added if isinstance(added, list) else [added])}
        if strangers := ids - {item.ci_id for item in self._site.items.values()}:
            raise Thrown(f"No configuration item has the id {min(strangers)}.")
        items = tuple(sorted({*self._site.baselines[name].items, *ids}))
        self._site.change_baseline(name, items=items, description=given["description"])
        return []

    def new_schedule(self, given: Parameters, piped: Any) -> list[Any]:
        _known(given, "recurinterval", "recurcount")
        return [dict(given)]

    def get_deployment(self, given: Parameters, piped: Any) -> list[Any]:
        _known(given, "name", "collectionid", "fast")
        return [
            {"EnforcementEnabled": row.enforced, "TargetCollectionID": row.collection}
            for row in self._site.deployments
            if (row.baseline, row.collection) == (given["name"], given["collectionid"])
        ]

    def new_deployment(self, given: Parameters, piped: Any) -> list[Any]:
        _known(given, "name", "collectionid", "enableenforcement", "overrideservicewindow", "generatealert", "schedule")
        if self.get_deployment({name: given[name] for name in ("name", "collectionid")}, None):
            raise Thrown(f"{given['name']} is deployed to {given['collectionid']} already.")
        name = _there(given["name"], self._site.baselines)
        self._site.deploy(
            name, given["collectionid"], bool(given["enableenforcement"]), bool(given["overrideservicewindow"])
        )
        return [{"AssignmentName": name}]

    def set_deployment(self, given: Parameters, piped: Any) -> list[Any]:
        _known(given, "baselinename", "collectionid", "enableenforcement")
        name = _there(given["baselinename"], self._site.baselines)
        self._site.enforce(name, given["collectionid"], bool(given["enableenforcement"]))
        return []


def _item(item: ConfigurationItem) -> Parameters:
    return {"LocalizedDisplayName": item.name, "LocalizedDescription": item.description, "CI_ID": item.ci_id}


def _baseline(row: Baseline) -> Parameters:
    return {"LocalizedDisplayName": row.name, "LocalizedDescription": row.description, "CI_ID": row.ci_id}


def _known(given: Parameters, *names: str) -> None:
    for name in given:
        if name not in names:
            raise Thrown(f"A parameter cannot be found that matches parameter name '{name}'.")


def _like(pattern: str, names: Iterable[str]) -> list[str]:
    """Names of ConfigMgr with the wildcards of PowerShell, of which brackets are none here."""
    wanted = pattern.replace("[", "[[]").lower()
    return [name for name in names if fnmatch.fnmatchcase(name.lower(), wanted)]


def _free(name: str, names: Iterable[str]) -> str:
    if name in names:
        raise Thrown(f"An object with the name {name} exists already.")
    return name


def _there(name: str, names: Iterable[str]) -> str:
    if name not in names:
        raise Thrown(f"No object corresponds to the name {name}.")
    return name


def _piped(piped: Any) -> str:
    if not isinstance(piped, dict):
        raise Thrown("Cannot bind parameter 'InputObject': nothing, or several, came through the pipeline.")
    return str(piped["LocalizedDisplayName"])
