# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.utils.display import Display

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.controller import on_controller
from ansible_collections.configmgr.tls.plugins.plugin_utils._awx import Run, connect, set_up
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure


class ActionModule(TlsAction):
    """Talks to the API of AWX from the controller; no host's connection is used."""

    MODULE = "tls_awx"
    TRANSFERS_FILES = False
    _requires_connection = False

    def act(self, task: Task) -> dict[str, Any]:
        given = task.arguments
        # The address of a webhook often holds a key.
        task.secrets.update({given["token"], given["webhook"]} - {""})
        if given["ca_path"]:
            given["ca_path"] = str(on_controller(given["ca_path"], "ca_path"))
        run = Run(connect(given), task.check_mode)
        try:
            set_up(run, given)
        except Failure as failure:
            raise Failure(failure.code, str(failure), failure.remedy, {**failure.details, **_done(run)}) from None
        finally:
            self._show(run)
        result = {**_done(run), "missing": run.notes, "msg": _summary(run)}
        if task.diff:
            result["diff"] = [change.as_diff() for change in run.changes]
        return result

    def _show(self, run: Run) -> None:
        for line in [*(change.line(check_mode=run.check_mode) for change in run.changes), *run.notes]:
            Display().display(line)


def _done(run: Run) -> dict[str, Any]:
    return {"changed": bool(run.changes), "changes": [change.as_result() for change in run.changes]}


def _summary(run: Run) -> str:
    if not run.changes:
        return "AWX is as it should be"
    return f"{len(run.changes)} {'changes would be made' if run.check_mode else 'changes made'}"
