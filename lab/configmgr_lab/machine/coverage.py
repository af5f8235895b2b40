# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a machine's state is emulated, for the coverage page."""

from __future__ import annotations

from ..features import Feature, Source, Subject

_SDDL = 'Microsoft\'s "The Security Descriptor Definition Language of Love (Part 2)" shows one'
SAFE_FOLDERS = Subject(
    "a folder that only administrators write, as a line of cmd can tell in every language",
    (
        Feature("the list: `cacls PATH /s`, SDDL has SIDs and aliases (SY, BA) but no names", Source.DOCUMENT, _SDDL),
        Feature(
            "the owner: `dir /q` of the folder above, beside a folder whose owner the line has just set by SID",
            Source.ASSUMED,
            "no tool of Windows but WMI and PowerShell says it as a SID: icacls says of itself that it does not save "
            "owners and that /findsid looks at the list",
        ),
        Feature(
            "or without asking: `mkdir` fails where something is, so who could make the folder owns it",
            Source.ASSUMED,
            "and an entry for OWNER RIGHTS (*S-1-3-4) takes from a foreign owner the right to change the list",
        ),
        Feature(
            "a junction: exit code of `fsutil reparsepoint query PATH`, or `dir /al /b` of the folder above",
            Source.ASSUMED,
            "each folder of the path has to be asked: all tools follow those on the way, and icacls and cacls the last "
            "one too",
        ),
        Feature(
            "that others ask the same before they trust a folder below C:\\ProgramData",
            Source.DOCUMENT,
            "github.com/DataDog/datadog-agent/pull/54269, github.com/chocolatey/choco/issues/398",
        ),
    ),
    ("files that somebody put there before, or keeps open",),
)

SUBJECTS = (
    SAFE_FOLDERS,
    Subject(
        "registry",
        (
            Feature("HKLM with two views of SOFTWARE on 64-bit Windows, one on 32-bit", Source.DOCUMENT),
            Feature("keys that both views share", Source.ASSUMED, "those of the list in registry.py"),
            Feature("names in any case, the first spelling stays", Source.CHECKED),
            Feature("subkeys sorted, values in order of creation", Source.CHECKED),
            Feature("reading or writing refused below a key (a fault)", Source.DOCUMENT),
            Feature("plain users read all of HKLM and write nothing there", Source.ASSUMED),
            Feature("Group Policy that puts a value back after each command that wrote (a fault)", Source.ASSUMED),
        ),
        ("ControlSet001 as another name of CurrentControlSet", "permissions", "links"),
    ),
    Subject(
        "restart",
        (
            Feature("down after the delay, up again after the site's restart_seconds", Source.ASSUMED),
            Feature("SCHANNEL, .NET and WinHTTP in force are those of the last start (`effective`)", Source.DOCUMENT),
            Feature("ShutdownTime, boot time, event 12 and 13 change", Source.ASSUMED),
            Feature("keys that say a restart is pending are gone afterwards", Source.ASSUMED),
            Feature("automatic services run again, disabled ones do not", Source.ASSUMED),
            Feature(
                "switched off or asleep: WinRM's and ssh's ports do not even refuse, packets are dropped",
                Source.ASSUMED,
                "the less convenient reading: a router may say that nobody is there",
            ),
            Feature("asleep: the same uptime goes on, with those who were logged on", Source.ASSUMED),
            Feature(
                "clients since Windows 8 that are switched off and on start fast: the kernel is not started",
                Source.DOCUMENT,
                "Microsoft: Distinguishing Fast Startup from Wake-from-Hibernation; that what waits for a restart "
                "still waits is the less convenient reading",
            ),
            Feature("two starts are at least one second apart in the markers", Source.ASSUMED),
        ),
        ("crashes", "updates that install during a restart"),
    ),
    Subject(
        "people",
        (
            Feature(
                "HKEY_USERS: a hive for everybody logged on, with `Volatile Environment` and a key per session in it",
                Source.DOCUMENT,
                "how PsLoggedOn tells who is logged on; the names of the values are assumed",
            ),
            Feature(
                "a hive without `Volatile Environment` for the account that runs programs over the network",
                Source.ASSUMED,
                "the less convenient reading: a loaded hive alone is nobody in front of the machine",
            ),
            Feature("a disconnected session looks like a connected one", Source.ASSUMED),
            Feature("documents that are open when the machine goes down are lost, and counted", Source.DOCUMENT),
        ),
        ("saving when a notice is shown", "users that are logged on again after a restart", "query user, msg"),
    ),
    Subject(
        "services",
        (
            Feature("configuration in the registry, state beside it", Source.ASSUMED),
            Feature("dependencies: needed services start first, needed ones do not stop", Source.ASSUMED),
            Feature("pending states for the site's service_seconds", Source.ASSUMED),
        ),
        ("drivers", "recovery actions", "failing services"),
    ),
    Subject(
        "files",
        (
            Feature("drive C: with the folders and files that matter, case kept and ignored", Source.ASSUMED),
            Feature("file versions of programs and libraries", Source.ASSUMED, "their source: see images"),
            Feature(
                "an owner and an access list for each; C:\\ProgramData lets Users add files and folders at every "
                "depth, %SystemRoot% does not",
                Source.DOCUMENT,
                "machine/access_lists.yml has lists and sources",
            ),
            Feature("inheritance, CREATOR OWNER, generic rights, OWNER RIGHTS", Source.DOCUMENT, "MS-DTYP 2.5.3"),
            Feature("owners may always change the list of what is theirs", Source.DOCUMENT, "MS-DTYP 2.5.3.2"),
            Feature("what administrators and SYSTEM make belongs to the group Administrators", Source.ASSUMED),
            Feature("junctions: on the way and at the end of a path; rmdir takes the junction alone", Source.DOCUMENT),
        ),
        (
            "attributes, times, symbolic and hard links, other drives",
            "redirection of System32 for 32-bit programs",
            "entries that deny, audit lists, integrity levels, privileges to back up",
            "files of Windows that only TrustedInstaller may write",
            "access lists of what lies on the real disk behind ADMIN$, for its clients",
        ),
    ),
)
