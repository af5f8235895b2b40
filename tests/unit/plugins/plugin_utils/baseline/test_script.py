# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script: the same bytes, real PowerShell, and only cmdlets and parameters that Microsoft's reference has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.items import BaselineSpec
from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.script import (
    Deployment,
    baseline_name,
    baseline_script,
    is_ours,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import COMPONENTS, LEGACY_PROTOCOLS

# A grammar of PowerShell that not every environment has yet.
powershell = pytest.importorskip("tree_sitter_powershell")
tree_sitter = pytest.importorskip("tree_sitter")

HERE = Path(__file__).resolve().parent
DOCS = HERE.parents[4] / "docs" / "baselines"
CMDLETS: dict[str, Any] = json.loads((HERE / "configmgr_cmdlets.json").read_text(encoding="utf-8"))["cmdlets"]
WANTED = [
    BaselineSpec(stage, COMPONENTS, LEGACY_PROTOCOLS, back) for stage in ("enable", "disable") for back in (False, True)
]
DEPLOYMENTS = [None, Deployment("PS100021", False), Deployment("PS100021", True)]
NOT_OF_CONFIGMGR = {"Import-Module", "Join-Path", "Split-Path", "Set-Location", "Write-Warning", "Write-Output"}
SCRIPTS = [
    pytest.param(baseline_script("PS1", wanted, deployment).text, id=f"{wanted.title}, {deployment}")
    for wanted in WANTED
    for deployment in DEPLOYMENTS
]


def tree(text: str) -> Any:
    parser = tree_sitter.Parser(tree_sitter.Language(powershell.language()))
    return parser.parse(text.encode()).root_node


def nodes(node: Any, kind: str) -> Iterator[Any]:
    if node.type == kind:
        yield node
    for child in node.children:
        yield from nodes(child, kind)


def text_of(node: Any) -> str:
    return str(node.text.decode())


def splatted(root: Any) -> dict[str, str]:
    """What $dword and $setting hold, of values any one: an item's own parts are not given to a cmdlet."""
    entries = {text_of(row.named_children[0]): text_of(row.named_children[1]) for row in nodes(root, "hash_entry")}
    return {name: text for name, text in entries.items() if name not in ("Platforms", "Settings")}


def commands(root: Any) -> Iterator[tuple[str, dict[str, str], bool]]:
    """Name, parameters with the text of their values, and whether something comes through the pipeline."""
    for command in nodes(root, "command"):
        name, *elements = command.named_children
        given: dict[str, str] = {}
        waiting = ""
        for element in elements[0].named_children if elements else []:
            if element.type == "command_parameter":
                waiting = text_of(element)[1:]
                given[waiting] = ""
            elif text_of(element) in ("@dword", "@setting"):
                given |= splatted(root)
            elif element.type != "command_argument_sep":
                assert waiting or text_of(name) in NOT_OF_CONFIGMGR, text_of(command)
                given[waiting] = text_of(element)
                waiting = ""
        before = command.prev_named_sibling
        yield text_of(name), given, before is not None and command.parent.type == "pipeline_chain"


@pytest.mark.parametrize("text", SCRIPTS)
def test_every_cmdlet_and_parameter_is_in_the_reference(text: str) -> None:
    root = tree(text)
    assert not root.has_error
    seen = set()
    for name, given, piped in commands(root):
        if name in NOT_OF_CONFIGMGR:
            continue
        reference = CMDLETS[name]
        names = {alias: known for known, row in reference["parameters"].items() for alias in row.get("aliases", ())}
        used = {names.get(parameter, parameter): value for parameter, value in given.items()}
        if piped:
            used["InputObject"] = ""
        assert used.keys() <= reference["parameters"].keys(), (name, given)
        rows = {parameter: reference["parameters"][parameter] for parameter in used}
        for parameter, row in rows.items():
            bare = used[parameter].strip("'")
            assert "values" not in row or bare.startswith("$") or bare in row["values"], (name, parameter)
            assert row["type"] != "Boolean" or bare in ("$true", "$false")
        fitting = [each for each in reference["sets"] if all(each in row.get("sets", [each]) for row in rows.values())]
        assert any(
            needed <= used.keys()
            for each in fitting
            if (needed := required(reference, each)) is not None
        ), (name, given, fitting)  # fmt: skip
        seen.add(name)
    assert {"New-CMConfigurationItem", "Add-CMComplianceSettingRegistryKeyValue", "Set-CMBaseline"} <= seen


def required(reference: dict[str, Any], one_set: str) -> set[str]:
    return {
        name
        for name, row in reference["parameters"].items()
        if {"(All)", one_set} & set(row.get("required_in", ()))
    }  # fmt: skip


@pytest.mark.parametrize("text", SCRIPTS)
def test_it_deletes_nothing_sends_no_script_and_is_plain_ascii(text: str) -> None:
    names = {name for name, _given, _piped in commands(tree(text))}
    assert names <= CMDLETS.keys() | NOT_OF_CONFIGMGR
    assert not [name for name in names if name.startswith(("Remove-", "Clear-"))] and "Script" not in "".join(names)
    assert text.isascii() and max(map(len, text.splitlines())) <= 160


def test_the_same_request_gives_the_same_bytes_and_another_one_another_name() -> None:
    first, second = (baseline_script("PS1", WANTED[0], DEPLOYMENTS[2]) for _time in range(2))
    assert first == second and first.name == baseline_name(WANTED[0])
    assert len({baseline_name(wanted) for wanted in WANTED}) == len(WANTED)
    fewer = BaselineSpec("disable", COMPONENTS, ("SSL 3.0",))
    assert baseline_name(fewer) != baseline_name(BaselineSpec("disable", COMPONENTS, LEGACY_PROTOCOLS))


@pytest.mark.parametrize(
    ("name", "wanted"), list(zip(("enable", "enable_back", "disable", "disable_back"), WANTED, strict=True))
)
def test_the_samples_in_the_guide_are_what_it_writes_today(name: str, wanted: BaselineSpec) -> None:
    """python tests/unit/plugins/plugin_utils/baseline/samples.py writes them anew."""
    assert (DOCS / f"{name}.ps1").read_text(encoding="utf-8") == baseline_script("PS1", wanted, DEPLOYMENTS[2]).text


def test_an_unfinished_one_is_not_ours_yet() -> None:
    text = baseline_script("PS1", WANTED[0]).text
    made, unfinished = (
        next(line for line in text.splitlines() if line.startswith(f"${name} =")).partition("'")[2].rstrip("'")
        for name in ("made", "unfinished")
    )
    assert is_ours(made) and not is_ours(unfinished) and not is_ours("by hand")


@pytest.mark.parametrize("site", ["", "ps1", "PS", "PS1'; Remove-Item", "PS1\n"])
def test_a_site_that_cannot_be_one(site: str) -> None:
    with pytest.raises(Failure, match="site_code"):
        baseline_script(site, WANTED[0])


@pytest.mark.parametrize("collection", ["", "PS1", "PS100021'", "ps100021"])
def test_a_collection_that_cannot_be_one(collection: str) -> None:
    with pytest.raises(Failure, match="collection"):
        baseline_script("PS1", WANTED[0], Deployment(collection, False))


def test_nothing_is_wanted() -> None:
    with pytest.raises(Failure) as problem:
        baseline_script("PS1", BaselineSpec("enable", (), LEGACY_PROTOCOLS))
    assert problem.value.code == "nothing_wanted"
