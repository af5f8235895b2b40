# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of every action: arguments checked against the module's own documentation, one call, a plain result.

Failures are raised as objects that name the host, what was attempted and the remedy; what comes out is None, bool,
int, float, str, list and dict, with every secret replaced.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import AnsibleValidationError, UnsupportedError
from ansible.plugins.action import ActionBase

from .._data import preload
from .._remote import RemoteError, Session, open_session
from .._tls.conversation import conversations
from .._tls.requirement import requirements
from .plain import plain
from .spec import argument_spec

__all__ = ["Refusal", "TlsAction"]

T = TypeVar("T")
_SECRET_OPTIONS = ("remote_password", "certificate_key_password", "password", "private_key_passphrase")

# Actions are imported by the process that forks: what is read and imported here is there in every worker.
preload()
requirements()
conversations()


class Refusal(Exception):
    """A failure that we found ourselves: ``code`` is stable, ``remedy`` says what to do, ``details`` is added to the
    result.
    """

    def __init__(self, code: str, message: str, remedy: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.remedy = remedy
        self.details = dict(details or {})


@dataclass(frozen=True)
class Task:
    """What an action is asked: ``arguments`` are plain and checked, ``variables`` are those of the host."""

    host: str
    arguments: dict[str, Any]
    variables: Mapping[str, Any]
    check_mode: bool
    diff: bool
    secrets: set[str] = field(default_factory=set)


class TlsAction(ActionBase):
    """Subclasses name their module and implement act."""

    MODULE: ClassVar[str]
    _supports_check_mode = True
    _supports_async = False
    # Whether the result says when the work began and ended: for the timeline of a run.
    timed: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # Read from the documentation once here, before the fork, and not in the worker of every host.
        if "MODULE" in vars(cls):
            argument_spec(cls.MODULE)

    def act(self, task: Task) -> dict[str, Any]:
        """Do the work; the returned mapping is the task's result."""
        raise AssertionError(f"{type(self).__name__} has no act()")

    def run(self, tmp: Any = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        task = self._task_for(task_vars or {})
        begun = _now()
        try:
            result.update(self.act(task))
            if self.timed and result["changed"] and not task.check_mode:
                result.update(begun=begun, ended=_now())
        except RemoteError as error:
            result.update(self._remote_failure(task, error))
        except Refusal as error:
            failure = {"code": error.code, "remedy": error.remedy, "host": task.host, **error.details}
            message = f"{task.host}: {error} {error.remedy}".strip()
            task.secrets.update(self._login_secrets())
            raise AnsibleActionFail(self._clean(message, task), result=self._clean(failure, task)) from None
        return self._clean(result, task)

    def session(self, task: Task) -> Session:
        return open_session(self._connection, host=task.host)

    def _task_for(self, variables: Mapping[str, Any]) -> Task:
        host = str(variables.get("inventory_hostname", "localhost"))
        validator = ArgumentSpecValidator(argument_spec(self.MODULE))
        outcome = validator.validate(plain(self._task.args))
        if outcome.error_messages:
            raise AnsibleActionFail(
                f"{self.MODULE}: {'; '.join(map(_reworded, outcome.errors.errors))}",
                result={"code": "bad_argument", "host": host},
            )
        return Task(
            host,
            plain(outcome.validated_parameters),
            variables,
            bool(self._task.check_mode),
            bool(self._task.diff),
            set(outcome._no_log_values),
        )

    def _remote_failure(self, task: Task, error: RemoteError) -> dict[str, Any]:
        failure = {"msg": str(error), "error": error.as_result(), "code": error.code, "changed": False}
        if error.unreachable:
            return {**failure, "unreachable": True}
        raise AnsibleActionFail(str(error), result=self._clean(failure, task)) from None

    def _login_secrets(self) -> set[str]:
        """What the connection logs in with: a failure can quote what a host printed, and a host can print anything."""
        secrets = set()
        for name in _SECRET_OPTIONS:
            with contextlib.suppress(KeyError):
                secrets.add(str(self._connection.get_option(name) or ""))
        return secrets - {""}

    def _clean(self, result: T, task: Task) -> T:
        cleaned: T = remove_values(plain(result), task.secrets)
        return cleaned


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _reworded(error: AnsibleValidationError) -> str:
    # The validator's own text of this one begins with the bare name.
    return f"unknown option {error}" if isinstance(error, UnsupportedError) else str(error)
