# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import importlib.resources
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from ansible.utils.display import Display

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Refusal, Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.hosts import HostVariables, host_variables
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.plain import plain
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.run_name import DEFAULT_RUN
from ansible_collections.configmgr.tls.plugins.plugin_utils._report import (
    RENDERERS,
    HostRecord,
    Origin,
    build_document,
    failing,
    not_ready,
    summary_text,
)

# The variables in which the playbooks keep the results of their steps.
CHANGES = {"enable": "configmgr_tls_enabled", "disable": "configmgr_tls_disabled", "rollback": "configmgr_tls_restored"}


class ActionModule(TlsAction):
    MODULE = "tls_report"

    def act(self, task: Task) -> dict[str, Any]:
        arguments = task.arguments
        document = build_document(_origin(task), map(_record, host_variables(task, arguments["hosts"])))
        files = _write(document, arguments["path"], arguments["formats"]) if arguments["path"] else []
        text = summary_text(document)
        if arguments["show"]:
            Display().display("\n".join([text, *(f"Report: {file}" for file in files)]))
        return {
            "changed": False,
            "msg": text,
            "summary": document["summary"],
            "files": files,
            "failing": failing(document, arguments["fail_on"]),
            "not_ready": not_ready(document),
            "ansible_stats": {"data": {"configmgr_tls": _stats(document)}, "per_host": False, "aggregate": True},
        }


def _origin(task: Task) -> Origin:
    generated = datetime.now(UTC).isoformat(timespec="seconds")
    run = task.arguments["run"] or DEFAULT_RUN
    return Origin(task.arguments["title"], generated, run, _collection_version(), task.check_mode)


def _record(host: HostVariables) -> HostRecord:
    """The variables are raw: the fact and the results are data, nothing in them is rendered."""
    changes = {step: _changes(host.variables.get(variable)) for step, variable in CHANGES.items()}
    restarted = host.variables.get("configmgr_tls_restarted") or {}
    return HostRecord(host.name, host.facts, host.stopped, changes, bool(restarted.get("changed")))


def _changes(result: Mapping[str, Any] | None) -> list[Any]:
    return list(plain((result or {}).get("changes") or []))


def _stats(document: Mapping[str, Any]) -> dict[str, Any]:
    listed = {
        state: [name for name, host in document["hosts"].items() if host["status"] == state][:50]
        for state in ("stopped", "unreachable", "not_compliant")
    }
    counts = {name: value for name, value in document["summary"].items() if name != "needs"}
    return {**counts, "run": document["run"], "names": listed}


def _write(document: Mapping[str, Any], path: str, formats: list[str]) -> list[str]:
    """Write a file per format and name them; the ending of ``path`` is replaced where it is not the format's."""
    files = []
    # ansible-playbook may be started in one folder and the playbook be in another: the former is what its user sees.
    base = Path(os.environ.get("PWD") or Path.cwd()) / Path(path).expanduser()
    for name in formats:
        file = base if base.suffix == f".{name}" else base.with_name(f"{base.name}.{name}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(RENDERERS[name](document), encoding="utf-8")
        except OSError as error:
            raise Refusal(
                "report_not_written",
                f"the report could not be written to {file}: {error.strerror}.",
                "Choose a folder on the controller that its user may write to.",
            ) from None
        files.append(str(file))
    return files


@functools.cache
def _collection_version() -> str:
    """The version in MANIFEST.json of an installed collection, in galaxy.yml of a checkout."""
    root = importlib.resources.files("ansible_collections.configmgr.tls")
    manifest = root.joinpath("MANIFEST.json")
    if manifest.is_file():
        return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    galaxy = root.joinpath("galaxy.yml")
    return str(yaml.safe_load(galaxy.read_text(encoding="utf-8"))["version"]) if galaxy.is_file() else "unknown"
