# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of every action: arguments checked against the module's own documentation, one call, a plain result.

Every Failure becomes a result that names the host, what was attempted and the remedy, and so does any other exception
but Ansible's own: it is a defect of ours. What comes out is None, bool,
int, float, str, list and dict, with every secret replaced and nothing unseen, whether the task failed or not.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import AnsibleValidationError, UnsupportedError
from ansible.plugins.action import ActionBase

from .._data import preload
from .._failure import Failure
from .._machine.rehearsal import rehearse
from .._plain import plain
from .._remote import Session, open_session, secrets_of
from .._tls.conversation import conversations
from .._tls.requirement import requirements
from .._visible import visibly
from .spec import argument_spec

__all__ = ["Task", "TlsAction", "utc_now"]

T = TypeVar("T")
# Longer than anybody waits, and short enough for every clock of the operating system.
_LONGEST = 1_000_000
_PLUGINS = "/ansible_collections/configmgr/tls/plugins/"

# Actions are imported by the process that forks: what is read and imported here is there in every worker.
preload()
requirements()
conversations()
rehearse()


@dataclass(frozen=True)
class Task:
    """What an action is asked: ``arguments`` are plain and checked, ``variables`` are those of the host.

    secrets: what no result may hold: arguments that are never logged, and what the connection logs in with, since a
    machine can print anything.
    """

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
        begun = utc_now()
        try:
            result.update(self.act(task))
            if self.timed and result["changed"] and not task.check_mode:
                result.update(begun=begun, ended=utc_now())
        except Failure as failure:
            result.update(self._failed(task, failure))
        except AnsibleError:
            raise
        # A last resort: whatever is wrong, the result names the host and what it was asked.
        except Exception as error:
            result.update(self._failed(task, _defect(self.MODULE, error)))
        return self._clean(result, task)

    def session(self, task: Task) -> Session:
        return open_session(self._connection, host=task.host)

    def _task_for(self, variables: Mapping[str, Any]) -> Task:
        spec = argument_spec(self.MODULE)
        outcome = ArgumentSpecValidator(spec).validate(plain(self._task.args))
        task = Task(
            str(variables.get("inventory_hostname", "localhost")),
            plain(outcome.validated_parameters),
            variables,
            bool(self._task.check_mode),
            bool(self._task.diff),
            {*outcome._no_log_values, *secrets_of(self._connection)},
        )
        problems = [*map(_reworded, outcome.errors.errors)] or _no_times(spec, task.arguments)
        if problems:
            self._failed(
                task,
                Failure(
                    "bad_argument",
                    f"{self.MODULE}: {'; '.join(problem.rstrip('.') for problem in problems)}.",
                    f"Correct it; ansible-doc configmgr.tls.{self.MODULE} describes the options.",
                ),
            )
        return task

    def _failed(self, task: Task, failure: Failure) -> dict[str, Any]:
        """The result of an unreachable host; any other failure is raised as Ansible wants it."""
        message, result = failure.message(task.host), failure.result(task.host)
        if failure.unreachable:
            return {**result, "msg": message, "unreachable": True}
        raise AnsibleActionFail(self._clean(message, task), result=self._clean(result, task)) from None

    def _clean(self, result: T, task: Task) -> T:
        # Secrets first: afterwards one that holds such a character would be another text.
        cleaned: T = visibly(remove_values(plain(result), task.secrets))
        return cleaned


def utc_now() -> str:
    """The controller's time, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _no_times(spec: Mapping[str, Any], arguments: Mapping[str, Any]) -> list[str]:
    """What cannot be a time, in seconds, minutes or days, among the options that are one: all with a fraction."""
    given = {name: arguments[name] for name, option in spec.items() if option.get("type") == "float"}
    return [
        f"{name} is {number}, and no number from 0 to {_LONGEST}"
        for name, number in given.items()
        if number is not None and not 0 <= number <= _LONGEST
    ]


def _defect(module: str, error: Exception) -> Failure:
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if _PLUGINS in frame.filename]
    places = [
        f"plugins/{frame.filename.rpartition(_PLUGINS)[2]}:{frame.lineno} in {frame.name}" for frame in reversed(ours)
    ]
    return Failure(
        "defect",
        f"{module} ended with {type(error).__name__}: {error} ({places[0]}).",
        "This is a defect of the collection, please report it with this message and the places in the result.",
        {"places": places},
    )


def _reworded(error: AnsibleValidationError) -> str:
    # The validator's own text of this one begins with the bare name.
    return f"unknown option {error}" if isinstance(error, UnsupportedError) else str(error)
