# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.controller import on_controller
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.hosts import host_variables
from ansible_collections.configmgr.tls.plugins.plugin_utils._data import packages
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._files import write_whole
from ansible_collections.configmgr.tls.plugins.plugin_utils._plain import plain
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.plan import (
    PackagePlan,
    collection_query,
    package_table,
    plans,
)

_MOST = 10


class ActionModule(TlsAction):
    """Writes on the controller what was predicted for all hosts; no host's connection is used."""

    MODULE = "tls_update_plan"
    TRANSFERS_FILES = False
    _requires_connection = False

    def act(self, task: Task) -> dict[str, Any]:
        folder, variable = on_controller(task.arguments["folder"], "folder"), task.arguments["variable"]
        predicted, missing, left = {}, [], {}
        for host in host_variables(task):
            result = plain(host.variables.get(variable)) or {}
            rows = result.get("packages")
            if rows is None or host.stopped:
                missing.append(host.name)
                continue
            predicted[host.name] = [row for row in rows if row["state"] == "would_install"]
            if result.get("open"):
                left[host.name] = [f"{row['subject']}: {row['phrase']}" for row in result["open"]]
        found = plans(predicted)
        files = {folder / name: text for plan in found for name, text in _texts(plan).items()}
        stale = [path for path in _ours(folder) if path not in files]
        due = {path: text for path, text in files.items() if _read(path) != text}
        if not task.check_mode:
            _write(folder, due, stale)
        return {
            "changed": bool(due or stale),
            "packages": {plan.package: list(plan.machines) for plan in found},
            "files": sorted(map(str, files)),
            "not_read": missing,
            "left_open": left,
            "msg": f"{len(found)} packages for {sum(map(bool, predicted.values()))} machines"
            + (f"; not read: {', '.join(missing[:10])}" if missing else ""),
            **({"warnings": _warnings(left)} if left else {}),
        }


def _warnings(left: Mapping[str, Sequence[str]]) -> list[str]:
    """What no table of the plan says: it would look whole without those machines."""
    said = [f"{name}: no package of the plan mends {'; '.join(why)}" for name, why in left.items()]
    return said[:_MOST] + ([f"and {len(said) - _MOST} more machines, see left_open"] if len(said) > _MOST else [])


def _texts(plan: PackagePlan) -> dict[str, str]:
    return {
        f"{plan.package}.csv": package_table(plan),
        f"{plan.package}.wql": collection_query(list(plan.machines)),
    }


def _ours(folder: Path) -> list[Path]:
    """What an earlier plan left there."""
    return [
        path for row in packages() for ending in ("csv", "wql") if (path := folder / f"{row.id}.{ending}").is_file()
    ]


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _write(folder: Path, texts: dict[Path, str], stale: list[Path]) -> None:
    for path, text in texts.items():
        write_whole(path, text.encode(), code="not_written")
    try:
        for path in stale:
            path.unlink()
    except OSError as error:
        raise Failure(
            "not_written",
            f"an earlier plan could not be taken out of {folder}: {error.strerror}.",
            "Choose a folder on the controller that its user may write to.",
        ) from None
