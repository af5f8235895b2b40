# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script for the administrator's console, of ConfigMgr's own cmdlets.

The same request gives the same bytes. What it makes carries a version in its name and in its description: a digest of
what it wants. So another request makes others beside it, and nothing that is there is ever changed or deleted, but for
who of ours repairs a collection: one baseline at a time. Source of cmdlets and parameters: Microsoft's reference of the
module ConfigurationManager.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .._failure import Failure
from .items import BaselineSpec, BaselineValue, Item, items, kept

__all__ = ["Deployment", "Script", "baseline_name", "baseline_script", "is_ours"]

PREFIX = "configmgr.tls"
_MADE, _UNFINISHED = f"Made by {PREFIX}, version ", f"Being made by {PREFIX}, version "
_SITE, _COLLECTION = re.compile(r"[A-Z0-9]{3}"), re.compile(r"[A-Z0-9]{8}")
_HEAD = """\
# {title}
#
# Made by the Ansible collection configmgr.tls. For an administrator of ConfigMgr, on a computer with the console:
# read it, then run it in Windows PowerShell 5.1. It runs nothing on a client and sends no script there.
# It makes configuration items and a baseline{deploys}, of ConfigMgr's own cmdlets. Run again, it
# changes nothing; it deletes nothing, and stops when something of another maker has one of its names.
{notes}#
# Uncertain until it was seen on a site: which platforms a new item has before some are added. Look at the page
# Supported Platforms of each item before a deployment repairs anything.
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path (Split-Path $env:SMS_ADMIN_UI_PATH) 'ConfigurationManager.psd1')
Set-Location '{site}:'
$made = '{made}'
$unfinished = '{unfinished}'
$items = @()
# Every setting: the DWORD is there with this value; where it is not, the client is not compliant, and is repaired
# where a deployment repairs. The 32-bit view is written out as WOW6432Node.
$dword = @{{
    Hive = 'LocalMachine'
    DataType = 'Integer'
    ValueRule = $true
    ExpressionOperator = 'IsEquals'
    Remediate = $true
    RemediateDword = $true
    ReportNoncompliance = $true
    NoncomplianceSeverity = 'Warning'
}}
"""
_WANTED = """
# What is wanted: an item for each kind of Windows that differs.
$wanted = @(
{items}
)
"""
_ITEM = """\
    @{{
        Name = '{name}'
        Is64Bit = {bits}
        Platforms = {platforms}
        Settings = @(
{values}
        )
    }}"""
_VALUE = """\
            @{{ Name = '{title}'; ValueName = '{value}'; ExpectedValue = '{data}'
                KeyName = '{key}' }}"""
_MAKE = """
# Only what is not there is made; what is there must be ours.
foreach ($part in $wanted) {
    $name = $part.Name
    $dword.Is64Bit = $part.Is64Bit
    $platforms = @(foreach ($platform in $part.Platforms) { Get-CMSupportedPlatform -Name $platform -Fast })
    if ($platforms) {
        $item = Get-CMConfigurationItem -Name $name -Fast
        if (-not $item) {
            $item = New-CMConfigurationItem -Name $name -CreationType WindowsOS -Description $unfinished
        }
        if ($item.LocalizedDescription -ne $made -and $item.LocalizedDescription -ne $unfinished) {
            throw "The configuration item $name was not made by this script, or was changed. Rename it first."
        }
        if ($item.LocalizedDescription -eq $unfinished) {
            Get-CMConfigurationItem -Name $name | Set-CMCISupportedPlatform -AddSupportedPlatform $platforms
            foreach ($setting in $part.Settings) {
                if (-not (Get-CMComplianceSetting -Name $name -SettingName $setting.Name)) {
                    $null = Get-CMConfigurationItem -Name $name |
                        Add-CMComplianceSettingRegistryKeyValue @dword @setting -RuleName "$($setting.Name) as wanted"
                }
            }
            Set-CMConfigurationItem -Name $name -Description $made
        }
        $items += (Get-CMConfigurationItem -Name $name -Fast).CI_ID
    } else {
        Write-Warning "This site has no platform for it, so that it was not made: $name"
    }
}
"""
_BASELINE = """
# The baseline: all items that were made; each is for its own kind of Windows.
if (-not $items) {
    throw 'This site has none of the platforms; nothing was made.'
}
$name = '{name}'
$baseline = Get-CMBaseline -Name $name -Fast
if (-not $baseline) {
    $baseline = New-CMBaseline -Name $name -Description $unfinished
}
if ($baseline.LocalizedDescription -ne $made -and $baseline.LocalizedDescription -ne $unfinished) {
    throw "The baseline $name was not made by this script, or was changed. Rename it first."
}
if ($baseline.LocalizedDescription -eq $unfinished) {
    Set-CMBaseline -Name $name -AddOSConfigurationItem $items -Description $made
}
"""
_ONE_REPAIRS = """
# One baseline of ours repairs a collection: the others keep their deployments, and only watch.
foreach ($other in Get-CMBaseline -Name 'configmgr.tls *' -Fast) {
    if ($other.LocalizedDisplayName -ne $name -and $other.LocalizedDescription -like '{mark}*') {
        $theirs = Get-CMBaselineDeployment -Name $other.LocalizedDisplayName -CollectionId $collection -Fast
        if ($theirs.EnforcementEnabled) {
            Set-CMBaselineDeployment -BaselineName $other.LocalizedDisplayName -CollectionId $collection `
                -EnableEnforcement $false
        }
    }
}
"""
_DEPLOYMENT = """
# The deployment: evaluated every day, {how}, inside maintenance windows.
$deployment = Get-CMBaselineDeployment -Name $name -CollectionId $collection -Fast
if (-not $deployment) {
    $daily = New-CMSchedule -RecurInterval Days -RecurCount 1
    $null = New-CMBaselineDeployment -Name $name -CollectionId $collection -EnableEnforcement {repair} `
        -OverrideServiceWindow $false -GenerateAlert $false -Schedule $daily
} elseif ($deployment.EnforcementEnabled -ne {repair}) {
    Set-CMBaselineDeployment -BaselineName $name -CollectionId $collection -EnableEnforcement {repair}
}
"""


@dataclass(frozen=True)
class Deployment:
    """The collection that a baseline is deployed to.

    ``repair``: whether clients are mended, or only watched.
    """

    collection: str
    repair: bool


@dataclass(frozen=True)
class Script:
    """The PowerShell script that makes a baseline in ConfigMgr's console.

    ``name``: of the baseline. ``items``: their names, with what each is made of.
    """

    name: str
    version: str
    items: tuple[tuple[str, Item], ...]
    text: str


def is_ours(description: str) -> bool:
    """Whether the script has made it, and has come to its end with it."""
    return description.startswith(_MADE)


def baseline_name(wanted: BaselineSpec) -> str:
    """The name that the script gives the baseline. Raises Failure when nothing is wanted."""
    return f"{PREFIX} {wanted.title} {_version(wanted, _items(wanted))}"


def baseline_script(site: str, wanted: BaselineSpec, deployment: Deployment | None = None) -> Script:
    """The script that makes the baseline.

    Raises Failure when site or collection cannot be one, or nothing is wanted.
    """
    if not _SITE.fullmatch(site):
        raise Failure("bad_argument", f"site_code is {site!r}.", "Give three capital letters or digits, like PS1.")
    if deployment and not _COLLECTION.fullmatch(deployment.collection):
        raise Failure("bad_argument", f"collection is {deployment.collection!r}.", "Give an id like PS100021.")
    parts = _items(wanted)
    version = _version(wanted, parts)
    named = tuple((f"{PREFIX} {wanted.title}: {', '.join(part.kinds)} {version}", part) for part in parts)
    name = baseline_name(wanted)
    return Script(name, version, named, "".join(_texts(site, wanted, named, name, version, deployment)))


def _items(wanted: BaselineSpec) -> tuple[Item, ...]:
    parts = items(wanted)
    if not parts:
        raise Failure(
            "nothing_wanted", "no Windows client needs a value for this.", "Name other components or protocols."
        )
    return parts


def _version(wanted: BaselineSpec, parts: Sequence[Item]) -> str:
    return hashlib.sha256(repr((wanted.title, parts)).encode()).hexdigest()[:8]


def _texts(
    site: str,
    wanted: BaselineSpec,
    named: Sequence[tuple[str, Item]],
    name: str,
    version: str,
    deployment: Deployment | None,
) -> Iterator[str]:
    yield _HEAD.format(
        title=name,
        deploys=", and deploys it" if deployment else "",
        notes="".join(_notes(wanted)),
        site=site,
        made=f"{_MADE}{version}",
        unfinished=f"{_UNFINISHED}{version}",
    )
    yield _WANTED.format(items="\n".join(_item(item_name, item) for item_name, item in named))
    yield _MAKE
    yield _BASELINE.replace("{name}", name)
    if deployment:
        yield f"\n$collection = '{deployment.collection}'\n"
        if deployment.repair:
            yield _ONE_REPAIRS.replace("{mark}", _MADE)
        how = "repaired" if deployment.repair else "only watched"
        yield _DEPLOYMENT.replace("{how}", how).replace("{repair}", "$true" if deployment.repair else "$false")
    yield f'Write-Output "{name} is there; $(@($items).Count) items."\n'


def _notes(wanted: BaselineSpec) -> Iterator[str]:
    if wanted.stage == "disable" and not wanted.back:
        yield "#\n# It turns older protocols off: a client that cannot do without them loses its management point,\n"
        yield "# and with it this baseline. Let it repair only where the gate of configmgr.tls was open.\n"
    for path, why in kept(wanted):
        yield f"#\n# Stays as it is: {path}:\n# {why}.\n"


def _item(name: str, item: Item) -> str:
    values = "\n".join(map(_value, item.values))
    platforms = ", ".join(f"'{text}'" for text in item.platforms)
    return _ITEM.format(name=name, bits="$true" if item.is_64bit else "$false", platforms=platforms, values=values)


def _value(value: BaselineValue) -> str:
    return _VALUE.format(key=value.key, title=value.title, value=value.name, data=value.data)
