# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.controller import on_controller
from ansible_collections.configmgr.tls.plugins.plugin_utils._data import packages
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._files import AS_UMASK, write_whole
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.manifest import (
    MANIFEST,
    Scan,
    manifest_text,
    scan_folder,
)


class ActionModule(TlsAction):
    """Reads and writes on the controller; no host's connection is used."""

    MODULE = "tls_update_manifest"
    TRANSFERS_FILES = False
    _requires_connection = False

    def act(self, task: Task) -> dict[str, Any]:
        folder = on_controller(task.arguments["folder"], "folder")
        given = task.arguments["path"]
        path = on_controller(given, "path") if given else folder / MANIFEST
        scan = _scan(folder, task.arguments["files"])
        text = manifest_text(scan.files)
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        result: dict[str, Any] = {
            "changed": text != before,
            "path": str(path),
            "files": [file.as_dict() for file in scan.files],
            "msg": f"{len(scan.files)} files for {path}",
        }
        if task.diff and result["changed"]:
            result["diff"] = {"before": before, "after": text, "before_header": str(path), "after_header": str(path)}
        if result["changed"] and not task.check_mode:
            # Machines and their administrators read it where it lies, like the files that it names.
            write_whole(path, text.encode(), code="not_written", mode=AS_UMASK)
        return result


def _scan(folder: Path, given: dict[str, Any]) -> Scan:
    strangers = sorted(set(given) - {row.id for row in packages()})
    if strangers:
        raise Failure(
            "bad_argument",
            f"{strangers[0]!r} is not a package of the catalogue.",
            "The guide to updates lists the packages by their names.",
        )
    scan = scan_folder(folder, {name: str(file) for name, file in given.items()})
    if scan.ambiguous:
        name, files = next(iter(scan.ambiguous.items()))
        raise Failure(
            "ambiguous",
            f"several files may be the package {name}: {', '.join(files)}.",
            "Say under files which one it is, or take the others out of the folder.",
        )
    if not scan.files:
        raise Failure(
            "no_files",
            f"no file in {folder} has the name of a package's file.",
            "Put the files there as Microsoft names them, or name them under files.",
        )
    return scan
