# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import importlib.resources
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from ansible.utils.display import Display

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.absent import absent_hosts
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.controller import on_controller
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.hosts import HostVariables, host_variables
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.run_name import DEFAULT_RUN
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.run_results import (
    CHANGES,
    UPDATED,
    RunResults,
    run_results,
    times_of,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.waivers import condition_holds, load_waivers
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._files import write_whole
from ansible_collections.configmgr.tls.plugins.plugin_utils._foreign import TooMuch, json_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._plain import plain
from ansible_collections.configmgr.tls.plugins.plugin_utils._report import (
    RENDERERS,
    HostRecord,
    NotADocument,
    Origin,
    Surroundings,
    build_document,
    checked,
    compare_documents,
    failing,
    summary_text,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.absence import Absent
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.finding import compliant_findings
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.waiver import Waiver, uses, waive

# The variables in which the playbooks keep the results of their steps.
EVENTS = "configmgr_tls_events"
DIAGNOSIS = "configmgr_tls_diagnosis"
# Of an earlier report. A machine has ten thousand bytes and some four hundred values there, so this is fifty thousand.
_LONGEST_REPORT, _MOST_VALUES = 512 * 1024 * 1024, 20_000_000


class ActionModule(TlsAction):
    MODULE = "tls_report"
    TRANSFERS_FILES = False
    _requires_connection = False

    def act(self, task: Task) -> dict[str, Any]:
        arguments = task.arguments
        document, notes = _document(task)
        files = _write(document, arguments["path"], arguments["formats"]) if arguments["path"] else []
        text = "\n".join([summary_text(document), *notes])
        if arguments["show"]:
            Display().display("\n".join([text, *(f"Report: {file}" for file in files)]))
        return {
            "changed": False,
            "msg": text,
            "summary": document["summary"],
            "comparison": _short(document["comparison"]),
            "files": files,
            "failing": failing(document, arguments["fail_on"]),
            "ansible_stats": {"data": {"configmgr_tls": _stats(document)}, "per_host": False, "aggregate": True},
        }


def _document(task: Task) -> tuple[dict[str, Any], list[str]]:
    """The document, and what else is to be said on the terminal."""
    arguments = task.arguments
    waivers, today = load_waivers(arguments["waivers"]), date.today()
    hosts = host_variables(task, arguments["hosts"])
    absent, not_believed = absent_hosts(task, hosts)
    found = run_results({host.name: host.variables for host in hosts}, task.host, check_mode=task.check_mode)
    valid = [waiver for waiver in waivers if not waiver.expired(today)]
    seen_days = arguments["seen_days"]
    records = [_record(host, found, valid, absent.get(host.name), seen_days) for host in hosts]
    gate = found.gate or {}
    used = uses(
        waivers,
        today,
        _used(records, gate),
        gate_asked=found.gate is not None,
        exceeded=gate.get("exceeded_waivers", ()),
    )
    around = Surroundings(found.conversations, found.gate, found.probes, found.stages, [use.as_dict() for use in used])
    document = build_document(_origin(task), records, around)
    notes = [*([found.standing] if found.standing else []), *not_believed]
    if arguments["compare_with"]:
        path = on_controller(arguments["compare_with"], "compare_with")
        earlier = _earlier(path)
        if earlier is None:
            notes.append(f"Nothing to compare with yet: there is no {path}")
        else:
            document["comparison"] = compare_documents(earlier, document)
    return document, notes


def _origin(task: Task) -> Origin:
    generated = datetime.now(UTC).isoformat(timespec="seconds")
    run = task.arguments["run"] or DEFAULT_RUN
    return Origin(task.arguments["title"], generated, run, _collection_version(), task.check_mode)


def _record(
    host: HostVariables, found: RunResults, waivers: Sequence[Waiver], absent: Absent | None, seen_days: float
) -> HostRecord:
    """The variables are raw: the fact and the results are data, nothing in them is rendered."""
    facts, seen_outside = host.facts, found.seen_outside.get(host.name, ())
    if absent is not None and absent.seen is not None:
        facts = absent.seen.facts
    if facts is not None and waivers:
        seen_outside = waive(host.name, facts, seen_outside, waivers, condition_holds)
        findings = waive(host.name, facts, facts["findings"], waivers, condition_holds)
        facts = {**facts, "findings": findings, "compliant": compliant_findings(findings)}
    changes = {step: _changes(host.variables.get(variable)) for step, variable in CHANGES.items()}
    restarted = host.variables.get("configmgr_tls_restarted") or {}
    return HostRecord(
        host.name,
        facts,
        host.stopped,
        changes,
        bool(restarted.get("changed")) and restarted.get("state") != "announced",
        seen_outside,
        _events(host.variables.get(EVENTS)),
        _diagnosis(host.variables.get(DIAGNOSIS)),
        times_of(host.variables),
        _protocols_before(host.variables),
        _updates(host.variables.get(UPDATED)),
        _waiting(restarted, host.variables.get(CHANGES["enable"]) or {}),
        None if absent is None else absent.as_dict(seen_days),
    )


def _waiting(restarted: Mapping[str, Any], enabled: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the last restart of the run was left for, or the whole change; None when nothing was."""
    if enabled.get("left"):
        return {"state": "left", "waits_for": "window", "until": plain(enabled["left"]["until"])}
    if restarted.get("state") not in ("waiting", "announced"):
        return None
    names = ("state", "waits_for", "until", "logged_on", "logged_on_known", "configmgr_pending")
    return {name: plain(restarted[name]) for name in names if name in restarted}


def _diagnosis(result: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the logs told, None where nobody asked or the machine did not answer."""
    if not result or "symptoms" not in result:
        return None
    return {name: plain(result[name]) for name in ("symptoms", "unknown", "left_out") if name in result}


def _protocols_before(variables: Mapping[str, Any]) -> dict[str, Any] | None:
    """As the first step of the run that came to the machine found them."""
    for variable in CHANGES.values():
        result = variables.get(variable) or {}
        if "protocols_before" in result:
            return dict(plain(result["protocols_before"]))
    return None


def _used(records: Sequence[HostRecord], gate: Mapping[str, Any]) -> dict[str, list[str]]:
    """By waiver the hosts that have a finding, or a reason of the gate, that it is about."""
    hosts: dict[str, list[str]] = {}
    for record in records:
        for finding in (record.known or {}).get("findings", ()):
            if "waiver" in finding:
                hosts.setdefault(finding["waiver"], []).append(record.name)
    for reason in gate.get("waived", ()):
        hosts.setdefault(reason["waiver"], []).append(reason["host"])
    return hosts


def _changes(result: Mapping[str, Any] | None) -> list[Any]:
    return list(plain((result or {}).get("changes") or []))


def _updates(result: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    names = ("id", "title", "state", "reasons", "exit_code", "size", "restart")
    return [{name: row[name] for name in names if name in row} for row in plain((result or {}).get("packages") or [])]


def _events(result: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the event log told, None where nobody asked or it did not answer."""
    if not result or "legacy_use" not in result:
        return None
    names = ("days", "log_begins", "success_logging", "truncated", "protocols", "refused", "alerts", "legacy_use")
    return {name: plain(result[name]) for name in names if name in result}


def _short(comparison: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A comparison without its long lists: they are in the files."""
    if comparison is None:
        return None
    counts = {name: len(comparison[name]) for name in ("new", "fixed", "still_open", "by_others", "not_seen")}
    return {**counts, "with": comparison["with"], "changed_by_others": comparison["by_others"][:20]}


def _stats(document: Mapping[str, Any]) -> dict[str, Any]:
    listed = {
        state: [name for name, host in document["hosts"].items() if host["status"] == state][:50]
        for state in ("stopped", "unreachable", "not_compliant", "waiting")
    }
    counts = {name: value for name, value in document["summary"].items() if name != "needs"}
    return {**counts, "run": document["run"], "names": listed}


def _earlier(path: Path) -> Mapping[str, Any] | None:
    """The document in a file, None when there is no such file: a schedule has a first time."""
    try:
        if path.stat().st_size > _LONGEST_REPORT:
            raise TooMuch(f"it is longer than {_LONGEST_REPORT} bytes")
        with path.open("rb") as stream:
            return checked(json_of(stream.read(_LONGEST_REPORT), _MOST_VALUES))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        kind = "" if isinstance(error, (OSError, NotADocument, TooMuch)) else "it is not JSON: "
        raise Failure(
            "report_not_read",
            f"the earlier report {path} cannot be used: {kind}{why}.",
            "Name a file that this module wrote in the format json.",
        ) from None


def _write(document: Mapping[str, Any], path: str, formats: list[str]) -> list[str]:
    """Write a file per format and name them."""
    base = _base(path)
    wanted = [RENDERERS[name] for name in formats]
    texts = {base.with_name(base.name + renderer.ending): renderer.render(document) for renderer in wanted}
    for file, text in texts.items():
        write_whole(file, text.encode("utf-8", "replace"), code="report_not_written")
    return list(map(str, texts))


def _base(path: str) -> Path:
    """The files' common name without an ending. A path without one of our endings is a folder."""
    whole = on_controller(path, "path")
    for renderer in RENDERERS.values():
        if whole.name.endswith(renderer.ending) and whole.name != renderer.ending:
            return whole.with_name(whole.name.removesuffix(renderer.ending))
    return whole / "report"


@functools.cache
def _collection_version() -> str:
    """The version in MANIFEST.json of an installed collection, in galaxy.yml of a checkout."""
    root = importlib.resources.files("ansible_collections.configmgr.tls")
    manifest = root.joinpath("MANIFEST.json")
    if manifest.is_file():
        return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    galaxy = root.joinpath("galaxy.yml")
    return str(yaml.safe_load(galaxy.read_text(encoding="utf-8"))["version"]) if galaxy.is_file() else "unknown"
