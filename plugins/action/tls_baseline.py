# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.baseline import wanted_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.controller import on_controller
from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.items import kept
from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.script import (
    Deployment,
    Script,
    baseline_script,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._files import AS_UMASK, write_whole


class ActionModule(TlsAction):
    """Writes a script on the controller; neither a host nor a site is asked."""

    MODULE = "tls_baseline"
    TRANSFERS_FILES = False
    _requires_connection = False

    def act(self, task: Task) -> dict[str, Any]:
        given, wanted = task.arguments, wanted_of(task)
        if given["repair"] and not given["collection"]:
            raise Failure("bad_argument", "repair is about a deployment.", "Give collection, or leave out repair.")
        if given["repair"] and wanted.stage == "disable" and not wanted.back and not given["gate_open"]:
            raise Failure(
                "gate_not_open",
                "clients would turn older protocols off, and nobody said that the gate is open.",
                "Give gate_open the outcome of tls_gate_info, or let the baseline only watch.",
            )
        deployment = Deployment(given["collection"], given["repair"]) if given["collection"] else None
        script = baseline_script(given["site_code"], wanted, deployment)
        path = on_controller(given["path"], "path")
        before = _read(path)
        result: dict[str, Any] = {
            "changed": before != script.text,
            "path": str(path),
            "baseline": script.name,
            "version": script.version,
            "items": _items(script),
            "kept": [{"path": place, "reason": why} for place, why in kept(wanted)],
        }
        if task.diff:
            result["diff"] = {"before": before or "", "after": script.text, "before_header": str(path)}
        if result["changed"] and not task.check_mode:
            # An administrator reads it on another computer, and runs it there.
            write_whole(path, script.text.encode(), code="not_written", mode=AS_UMASK)
        return result


def _items(script: Script) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "windows": list(item.kinds),
            "values": [{"path": rf"HKLM\{value.key}", "name": value.name, "data": value.data} for value in item.values],
        }
        for name, item in script.items
    ]


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Failure(
            "not_written", f"{path} could not be read: {error.strerror}.", "Give another path, or access."
        ) from None
