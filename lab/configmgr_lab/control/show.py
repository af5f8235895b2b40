# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the command line shows the lab to people."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

_STATUS_ROW = "{:<16} {:<16} {:<10} {:>6} {:>9} {:>9} {:>7}"
_TALK_ROW = "{:<44} {:>5}  {}"
LINE_SHOWN = 400


def how_to_use(status: dict[str, Any], control_url: str) -> str:
    """What to do with a lab that is up."""
    state = status["state"]
    moved = (
        f"  ports         those of the roles are moved by {status['port_offset']}\n" if status["port_offset"] else ""
    )
    folder = f"{state}/kerberos"
    realm = (
        f"  realm         {status['realm']}: KRB5_CONFIG={folder}/krb5.conf, names are in {folder}/hosts\n"
        if status["realm"]
        else ""
    )
    return (
        f"Site {status['site']}: {len(status['hosts'])} hosts on {status['network']}.0.0/16\n"
        f"  control       {control_url}\n"
        f"  inventory     {state}/inventory.yml\n"
        f"  authority     {state}/ca.pem\n"
        f"{moved}{realm}"
        f"  try           ansible-playbook -i {state}/inventory.yml playbooks/audit.yml\n"
        f"  look inside   configmgr-lab status | shell HOST | log HOST\n"
        f"  end           configmgr-lab down"
    )


def status_table(status: dict[str, Any]) -> str:
    """One line per host under a head line."""
    lines = [
        f"Site {status['site']}, process {status['pid']}, {status['requests']} requests since the start",
        _STATUS_ROW.format("host", "address", "state", "shells", "requests", "commands", "faults"),
    ]
    for host in status["hosts"]:
        state = "down" if not host["up"] else "up" if host["listening"] else "refusing"
        lines.append(
            _STATUS_ROW.format(
                host["name"], host["address"], state, host["shells"], host["requests"], host["commands"], host["faults"]
            )
        )
    return "\n".join(lines)


def talk_table(talked: dict[str, Any]) -> str:
    """One line per conversation: who understands whom right now, and with which protocol; then what is broken."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in talked["conversations"]:
        groups.setdefault(row["title"], []).append(row)
    lines = [_TALK_ROW.format("conversation", "pairs", "now")]
    for title, rows in groups.items():
        said = Counter(row["protocol"] or row["state"].replace("_", " ") for row in rows)
        now = ", ".join(f"{said[text]} {text}" for text in sorted(said))
        lines.append(_TALK_ROW.format(title, len(rows), now))
    broken = [row for row in talked["conversations"] if row["state"] == "failed"]
    lines += [f"broken: {row['title']}, {row['caller']} to {row['callee']}: {row['text']}" for row in broken]
    return "\n".join(lines)


def log_lines(commands: list[dict[str, Any]], requests: list[dict[str, Any]]) -> str:
    """Commands and requests of a host in the order they were recorded."""
    rows = [(row["sequence"], _command(row)) for row in commands]
    rows += [(row["sequence"], _request(row)) for row in requests]
    return "\n".join(text for _, text in sorted(rows)) or "nothing is recorded"


def _command(row: dict[str, Any]) -> str:
    line = row["line"] if len(row["line"]) <= LINE_SHOWN else row["line"][:LINE_SHOWN] + " ..."
    sizes = f"{row['stdout_bytes']}+{row['stderr_bytes']} bytes, {row['starts']} starts"
    return f"{_clock(row)}  {row['user']} ran, exit {row['exit_code']}, {sizes}, {row['milliseconds']:.1f} ms: {line}"


def _request(row: dict[str, Any]) -> str:
    status = row["status"] or "dropped"
    return (
        f"{_clock(row)}  {row['port']}#{row['connection']} {row['auth']:<9} {row['action'] or '-':<8} {status} "
        f"{row['bytes_in']} in, {row['bytes_out']} out"
    )


def _clock(row: dict[str, Any]) -> str:
    return datetime.fromtimestamp(row["time"]).strftime("%H:%M:%S.%f")[:-3]
