# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action with everything around it replaced: the task, the connection, and the session to a machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import SimpleNamespace, TracebackType
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.configmgr.tls.plugins.plugin_utils._action import base
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import CommandResult, RemoteError
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine

PASSWORD = "correct horse battery"
Step = CommandResult | Exception | Callable[[], CommandResult] | None


def remote_error(
    code: str = "dropped", kind: str = "network", *, unreachable: bool = False, sent: bool = False
) -> RemoteError:
    return RemoteError(
        kind=kind,
        code=code,
        host="host1",
        attempted="read the TLS state",
        remedy="Look at the network.",
        detail="connection reset",
        unreachable=unreachable,
        sent=sent,
    )


class FakeSession:
    """``script``: what the next lines meet, an answer, an error, or None for the machine itself."""

    def __init__(self, machine: Machine | None, script: Sequence[Step] = ()) -> None:
        self.machine = machine
        self.script = list(script)
        self.lines: list[str] = []
        self.resend: list[bool] = []
        self.opened = 0
        self.closed = 0
        self.commands = 0

    def __enter__(self) -> FakeSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.closed += 1

    def run(self, line: str, *, attempted: str, resend: bool = True) -> CommandResult:
        assert attempted
        self.commands += 1
        self.lines.append(line)
        self.resend.append(resend)
        if self.script:
            step = self.script.pop(0)
            if isinstance(step, Exception):
                raise step
            if step is not None:
                return step() if callable(step) else step
        assert self.machine is not None, f"no answer was planned for {line[:80]}"
        return CommandResult(0, self.machine.run(line), "")


class Bench:
    """Runs actions against one session. ``opening``: errors that logging in meets, one by one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, session: FakeSession) -> None:
        self.session = session
        self.opening: list[Exception | None] = []
        monkeypatch.setattr(base, "open_session", self._open)

    def _open(self, connection: Any, *, host: str) -> FakeSession:
        self.session.opened += 1
        problem = self.opening.pop(0) if self.opening else None
        if problem is not None:
            raise problem
        return self.session

    def run(
        self,
        module: Any,
        arguments: Mapping[str, Any] | None = None,
        *,
        check: bool = False,
        diff: bool = False,
        variables: Mapping[str, Any] | None = None,
        prepare: Callable[[Any], None] | None = None,
    ) -> dict[str, Any]:
        """The result; a failure raises AnsibleActionFail."""
        task = SimpleNamespace(args=dict(arguments or {}), check_mode=check, diff=diff, async_val=0, action="x")
        connection = SimpleNamespace(
            _shell=SimpleNamespace(tmpdir="/nowhere"), get_option={"remote_password": PASSWORD}.__getitem__
        )
        action = module.ActionModule(task, connection, None, None, None, None)
        if prepare:
            prepare(action)
        result: dict[str, Any] = action.run(None, {"inventory_hostname": "host1", **(variables or {})})
        assert_plain(result)
        return result


@contextmanager
def failing(code: str) -> Iterator[dict[str, Any]]:
    """The block fails with that code; what is yielded is filled with the result and its message."""
    result: dict[str, Any] = {}
    with pytest.raises(AnsibleActionFail) as raised:
        yield result
    result.update(raised.value.result)
    result["message"] = str(raised.value)
    assert_plain(result)
    assert result.get("code") == code, result
    assert result.get("host", result.get("error", {}).get("host")) == "host1"


def assert_plain(value: Any) -> None:
    """Only Python's own types, so that nothing of Ansible's rides along."""
    kind = value.__class__
    assert kind in (None.__class__, bool, int, float, str, list, dict), kind
    if kind is dict:
        for key, item in value.items():
            assert key.__class__ is str
            assert_plain(item)
    elif kind is list:
        for item in value:
            assert_plain(item)
