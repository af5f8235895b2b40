# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tasks of a run that look at all hosts at once left behind, for the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._plain import plain
from .._tls.standing import Progress, standing

__all__ = ["CHANGES", "UPDATED", "RunResults", "last_change", "progress_of", "run_results", "step_times", "times_of"]

# The variables in which the playbooks keep the results.
_FORECAST, _GATE, _VERIFIED = "configmgr_tls_forecast", "configmgr_tls_gate", "configmgr_tls_verified"
_DISABLE_ORDER = "configmgr_tls_disable_order"
CHANGES = {"enable": "configmgr_tls_enabled", "disable": "configmgr_tls_disabled", "rollback": "configmgr_tls_restored"}
"""By step."""
UPDATED, _RESTARTED = "configmgr_tls_updated", "configmgr_tls_restarted"


@dataclass(frozen=True)
class RunResults:
    """Each None or empty where nobody looked, or the stage was not begun.

    conversations: rows of the forecast. gate: whether it opened, and why not. probes: endpoints, health, and who takes
    no TLS.
    seen_outside: findings per host. stages: the batches of the disable stage and what became of them, once it began.
    standing: the same in a sentence.
    """

    conversations: Sequence[Mapping[str, Any]] | None = None
    gate: Mapping[str, Any] | None = None
    probes: Mapping[str, Any] | None = None
    seen_outside: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    stages: Sequence[Mapping[str, Any]] = ()
    standing: str = ""


def run_results(variables: Mapping[str, Mapping[str, Any]], keeper: str, *, check_mode: bool = False) -> RunResults:
    """``variables``: raw, per host. ``keeper``: a host of the play; it has the results of what ran once for all."""
    kept = variables.get(keeper, {})
    forecast, gate, verified = (_ran(kept.get(name)) for name in (_FORECAST, _GATE, _VERIFIED))
    order = _ran(kept.get(_DISABLE_ORDER))
    stages: Sequence[Mapping[str, Any]] = ()
    sentence = ""
    if order and not check_mode:
        progress = {name: progress_of(mine) for name, mine in variables.items()}
        if not order["batches"] or any(mine.disabled for mine in progress.values()):
            found = standing(order, progress)
            stages, sentence = found.rows, found.text()
    return RunResults(
        conversations=forecast["conversations"] if forecast else None,
        gate=gate,
        probes=verified and {name: verified[name] for name in ("endpoints", "health", "not_in_use")},
        seen_outside=verified["findings"] if verified else {},
        stages=stages,
        standing=sentence,
    )


def times_of(variables: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """When each step of a host began and ended, from its variables."""
    results = {step: variables.get(name) for step, name in {"update": UPDATED, **CHANGES}.items()}
    return step_times(results, variables.get(_RESTARTED) or {})


def last_change(variables: Mapping[str, Any]) -> str | None:
    """When the last change of this run on a host ended; a restart changes nothing."""
    ended = [
        str(result["ended"])
        for name in (UPDATED, *CHANGES.values())
        if "ended" in (result := variables.get(name) or {})
    ]
    return max(ended, default=None)


def progress_of(variables: Mapping[str, Any]) -> Progress:
    """How far a host came in the disable stage, from its raw variables."""
    disabled, reopened, batch = (
        _not_skipped(variables.get(f"configmgr_tls_{name}")) for name in ("disabled", "reopened", "batch")
    )
    stopped = variables.get("configmgr_tls_stopped")
    return Progress(disabled, reopened, None if stopped is None else plain(stopped), batch)


def step_times(
    changes: Mapping[str, Mapping[str, Any] | None], restarted: Mapping[str, Any]
) -> dict[str, dict[str, str]]:
    """When each step of a host began and ended. A restart belongs to the last step before it.

    Only the last restart of a run is kept, so that an earlier step ends with its change.
    """
    times = {
        step: {"begun": str(result["begun"]), "ended": str(result["ended"])}
        for step, result in changes.items()
        if result and "begun" in result
    }
    if times and "begun" in restarted:
        last = max(times.values(), key=lambda row: row["begun"])
        if restarted["begun"] >= last["begun"]:
            last["ended"] = max(last["ended"], str(restarted["ended"]))
    return times


def _ran(result: Any) -> dict[str, Any] | None:
    """A result, without what only matters to the run; None of a task that was skipped or failed."""
    if not isinstance(result, Mapping) or result.get("skipped") or result.get("failed"):
        return None
    found: dict[str, Any] = plain(result)
    return {name: value for name, value in found.items() if name not in ("changed", "failed", "msg", "invocation")}


def _not_skipped(result: Any) -> dict[str, Any] | None:
    """A result as it is, a failed one too."""
    return None if result is None or result.get("skipped") else plain(result)
