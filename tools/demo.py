# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated ConfigMgr site before and after the real playbooks, in a few minutes and without any Windows machine.

Leaves build/demo/report.html (and the same in every other format), before.json and after.json, requests.jsonl (every
HTTP request and command line that the machines saw) and *.log (what Ansible printed). Exit code 0 when the site was as
broken as promised before, and when afterwards every machine is compliant that settings can mend, and every other one is
named with what it needs; then, once the updates are installed, when the older protocols are off everywhere and all
conversations use TLS 1.2 or 1.3.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from demo_talk import Site, Talk, compared, older

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
DEMO = ROOT / "build" / "demo"
STATE = DEMO / "lab"
NETWORK = os.environ.get("LAB_NETWORK", "127.78")
NOT_THROUGH = ("taken_back", "not_known", "untouched")
# The one reason that no update takes away: this role should be removed.
WAIVERS = """\
- id: catalog-retired
  reason: application-catalog
  condition: name == 'APP1'
  why: nobody uses the application catalog any more, and it is removed after the migration
  owner: site operations
  expires: 2999-12-31
"""
COLLECTIONS = ROOT / ".venv" / "collections"
FORMATS = ["html", "json", "junit", "sarif", "csv", "markdown"]

Hosts = Mapping[str, Mapping[str, Any]]


class DemoFailed(Exception):
    """The demonstration did not show what it should; the text says why."""


def lab(*arguments: str) -> None:
    subprocess.run([str(BIN / "configmgr-lab"), *arguments, "--state", str(STATE)], cwd=ROOT, check=True)


def playbook(name: str, *, log_name: str = "", shown: Sequence[str] = (), **more: Any) -> dict[str, Any]:
    """Run one of the playbooks, with ``more`` variables, over the emulated site and give the document that it wrote.

    ``shown``: those of the variables that a user would give.
    """
    log = DEMO / f"{log_name or name}.log"
    inventory = (STATE / "inventory.yml").relative_to(ROOT)
    command = ["ansible-playbook", "--inventory", str(inventory), "--forks", "20", f"playbooks/{name}.yml"]
    given = [part for variable in shown for part in ("-e", f"{variable}={str(more[variable]).lower()}")]
    print(f"\n$ {' '.join([*command, *given])}", flush=True)
    variables = {"configmgr_tls_report_dir": str(DEMO), "configmgr_tls_report_formats": FORMATS, **more}
    command = [str(BIN / command[0]), *command[1:], "--extra-vars", json.dumps(variables)]
    with log.open("wb") as output:
        done = subprocess.run(command, cwd=ROOT, env=_environment(), stdout=output, stderr=subprocess.STDOUT)
    if done.returncode:
        print(log.read_text(encoding="utf-8", errors="replace")[-6000:])
        raise DemoFailed(f"{name}.yml ended with exit code {done.returncode}; all of its output is in {log}")
    document: dict[str, Any] = json.loads((DEMO / f"{name}.json").read_text(encoding="utf-8"))
    return document


def _environment() -> dict[str, str]:
    # What the user set for real work must not bend the demonstration.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    configuration = DEMO / "ansible.cfg"
    configuration.write_text("[defaults]\n", encoding="utf-8")
    path = os.environ.get("ANSIBLE_COLLECTIONS_PATH") or str(COLLECTIONS)
    return kept | {"ANSIBLE_COLLECTIONS_PATH": path, "ANSIBLE_CONFIG": str(configuration), "ANSIBLE_NOCOLOR": "1"}


def open_findings(host: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [finding for finding in host["facts"]["findings"] if finding["status"] in ("fail", "unknown")]


def table(hosts: Hosts) -> Iterator[str]:
    """One line per machine: name, Windows, roles, state, and what is left to do."""
    row = "{:<5} {:<22} {:<36} {:<13} {}"
    yield row.format("", "Windows", "roles", "TLS 1.2", "left to do")
    for name in sorted(hosts, key=lambda host: (-hosts[host]["facts"]["restart_group"], host)):
        host = hosts[name]
        facts = host["facts"]
        roles = [role for role in facts["roles"] if role != "client" or facts["roles"] == ["client"]]
        state = host["status"].replace("_", " ")
        windows = facts["windows"]["name"].removesuffix(" Standard").removesuffix(" Enterprise")
        yield row.format(name, _cut(windows, 22), _cut(", ".join(roles), 36), state, _left(host)).rstrip()


def _left(host: Mapping[str, Any]) -> str:
    found = open_findings(host)
    settings = sum(finding["fix"] == "settings" for finding in found)
    parts = [f"settings ({settings})"] if settings else []
    for finding in found:
        if finding["fix"] != "settings":
            parts.append(f"{finding['fix']}: {finding['reasons'][0]['phrase']} (expected: {finding['expected']})")
    return "; ".join(parts)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 3]}..."


def check(before: Hosts, after: Hosts) -> None:
    """Raises DemoFailed unless the site went from nothing to all that settings can do."""
    if early := [name for name, host in before.items() if host["status"] == "compliant"]:
        raise DemoFailed(f"compliant before anything was done: {', '.join(early)}")
    if before.keys() != after.keys():
        raise DemoFailed("the reports are not about the same machines")
    for name, host in after.items():
        gaps = {finding["fix"] for finding in open_findings(host)}
        if host["status"] not in ("compliant", "not_compliant") or gaps - {"update"}:
            raise DemoFailed(f"{name} is {host['status']} afterwards, with work left for {', '.join(gaps) or 'nobody'}")
        if (host["status"] == "compliant") == bool(gaps):
            raise DemoFailed(f"{name} is {host['status']}, which its findings contradict")


def show(title: str, document: Mapping[str, Any]) -> None:
    summary = document["summary"]
    print(f"\n{title}: {summary['compliant']} of {summary['hosts']} machines are compliant\n", flush=True)
    print("\n".join(table(document["hosts"])), flush=True)


def keep(name: str, under: str) -> None:
    """Rename the reports of a playbook in all of their formats."""
    for file in DEMO.glob(f"{name}.*"):
        if file.suffix != ".log":
            file.rename(DEMO / file.name.replace(name, under, 1))


def run() -> None:
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir(parents=True)
    lab("up", "--requests-log", str(DEMO / "requests.jsonl"), "--network", NETWORK)
    try:
        site = Site(NETWORK)
        talk = site.talk()
        before = playbook("audit")
        keep("audit", "before")
        show("Before", before)
        after = playbook("enforce_tls12", configmgr_tls_compare_with=str(DEMO / "before.json"))
        keep("enforce_tls12", "report")
        shutil.copy(DEMO / "report.json", DEMO / "after.json")
        show("After", after)
        check(before["hosts"], after["hosts"])
        through = turn_off(site, talk, after)
    finally:
        lab("down")
    values, restarted = after["summary"]["values"], after["summary"]["restarted"]
    print(f"\nFirst {values} values were set after a backup on each machine, and {restarted} machines restarted.")
    print(f"Then the updates were installed, and the older protocols went off batch by batch on {through} machines.")
    print(f"Look into {DEMO.relative_to(ROOT)}: report.html, before.html, their other formats, the logs.")


def updates() -> Path:
    """The owner's folder: the lab's stand-ins of what Microsoft offers, and the manifest of them."""
    folder = DEMO / "updates"
    lab("packages", str(folder))
    command = [str(BIN / "ansible"), "localhost", "--module-name", "configmgr.tls.tls_update_manifest"]
    done = subprocess.run(
        [*command, "--args", f"folder={folder}"], cwd=ROOT, env=_environment(), capture_output=True, text=True
    )
    if done.returncode:
        raise DemoFailed(f"no manifest was written: {done.stdout}{done.stderr}")
    return folder


def turn_off(site: Site, talk: Talk, after: Mapping[str, Any]) -> int:
    """The updates that were named, and then the last stage; how many machines went through it.

    ``talk``: the conversations as they were found.
    """
    broken = after["summary"]["broken"]["disable"]
    print(f"\nWithout the older protocols, {broken} conversations would break now: the gate stays shut.")
    files = updates()
    print(f"Now the owner has put the files of the updates into {files.relative_to(ROOT)}.", flush=True)
    waivers = DEMO / "waivers.yml"
    waivers.write_text(WAIVERS, encoding="utf-8")
    document = playbook(
        "enforce_tls12",
        log_name="disable",
        shown=[
            "configmgr_tls_install_updates",
            "configmgr_tls_update_source",
            "configmgr_tls_disable_legacy",
            "configmgr_tls_waivers",
        ],
        configmgr_tls_install_updates=True,
        configmgr_tls_update_source=str(files.relative_to(ROOT)),
        configmgr_tls_update_sql_server=True,
        configmgr_tls_update_sql_downtime=60,
        configmgr_tls_disable_legacy=True,
        configmgr_tls_waivers=str(waivers.relative_to(ROOT)),
        configmgr_tls_compare_with=str(DEMO / "after.json"),
    )
    keep("enforce_tls12", "report")
    show("With the older protocols off", document)
    now = site.talk()
    print("\n".join(["", *compared(talk, now)]), flush=True)
    if old := older(now):
        raise DemoFailed(f"not everybody talks TLS 1.2: {'; '.join(old)}")
    kept = [name for row in document["stages"] if row["state"] in NOT_THROUGH for name in row["hosts"]]
    if kept:
        raise DemoFailed(f"the older protocols were not turned off on {', '.join(kept)}")
    return len({name for row in document["stages"] if row["stage"] == "disable" for name in row["hosts"]})


def main() -> int:
    try:
        run()
    except (DemoFailed, subprocess.CalledProcessError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
