# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the control API, for tests, benches and the command line. Needs nothing but the standard library."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

POLL_SECONDS = 0.05


class LabUnreachable(Exception):
    """No lab answers at this address."""


class LabRefused(Exception):
    """The lab answered with an error; the text is its sentence."""


class LabClient:
    """One lab. Every method raises LabUnreachable or LabRefused."""

    def __init__(self, url: str = "http://127.77.255.1:8900", *, timeout: float = 30.0) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout
        # A proxy of the environment must not get in between.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def wait_until_ready(self, seconds: float = 30.0) -> dict[str, Any]:
        """The status, as soon as the lab answers. Raises LabUnreachable after ``seconds``."""
        end = time.monotonic() + seconds
        while True:
            try:
                return self.status()
            except LabUnreachable:
                if time.monotonic() > end:
                    raise
                time.sleep(POLL_SECONDS)

    def status(self) -> dict[str, Any]:
        return dict(self._get("/status"))

    def hosts(self) -> list[str]:
        """The names of all hosts, in the order of the site file."""
        return [host["name"] for host in self.status()["hosts"]]

    def dump(self, host: str) -> dict[str, Any]:
        """The host's state now: registry, services, files, events, restarts."""
        return dict(self._get(f"/hosts/{quote(host)}/dump"))

    def image(self, host: str) -> dict[str, Any]:
        """The host's state as ``reset`` leaves it, in the shape of ``dump``."""
        return dict(self._get(f"/hosts/{quote(host)}/image"))

    def requests(self, *, since: int = 0, host: str | None = None) -> list[dict[str, Any]]:
        """Recorded HTTP requests with a sequence number above ``since``."""
        return list(self._get("/requests", since=since, host=host)["requests"])

    def commands(self, *, since: int = 0, host: str | None = None) -> list[dict[str, Any]]:
        """Recorded command lines with a sequence number above ``since``."""
        return list(self._get("/commands", since=since, host=host)["commands"])

    def mark(self) -> int:
        """The newest sequence number: give it as ``since`` later to see what came after."""
        return int(self._get("/requests", since=2**62)["next"])

    def counters(self) -> dict[str, dict[str, Any]]:
        """Totals per host since the start or ``clear_counters``."""
        return dict(self._get("/counters"))

    def clear_counters(self) -> None:
        self._post("/counters/clear", {})

    def reset(self, *hosts: str) -> list[str]:
        """Return hosts (all when none is named) to their image, without faults."""
        return list(self._post("/reset", {"hosts": list(hosts)})["reset"])

    def faults(self, host: str) -> dict[str, Any]:
        return dict(self._get(f"/hosts/{quote(host)}/faults"))

    def set_fault(self, host: str, kind: str, **options: Any) -> None:
        """Set a fault; the lab's page lists the kinds and their options."""
        self._post(f"/hosts/{quote(host)}/faults", {"kind": kind, **options})

    def clear_faults(self, *hosts: str) -> None:
        self._post("/faults/clear", {"hosts": list(hosts)})

    def set_value(
        self, host: str, path: str, name: str, data: Any, *, type: str = "REG_DWORD", view: str = "64"
    ) -> None:
        """Write a registry value behind the back of whoever manages the host."""
        self._post(
            f"/hosts/{quote(host)}/registry", {"path": path, "name": name, "type": type, "data": data, "view": view}
        )

    def delete_value(self, host: str, path: str, name: str, *, view: str = "64") -> None:
        self._post(f"/hosts/{quote(host)}/registry", {"path": path, "name": name, "view": view})

    def install(self, host: str, *products: str) -> list[str]:
        """Install products (those of the images, such as ``sql-2012-sp4``), or the updates for TLS 1.2 it still lacks.

        What was installed; a reset takes it away again.
        """
        return list(self._post(f"/hosts/{quote(host)}/install", {"products": list(products)})["installed"])

    def share(self, name: str, folder: str, *, computers: bool = True) -> None:
        """Let a file server have the share (``\\\\server\\share``); computer accounts may read it or not."""
        self._post("/shares", {"name": name, "folder": folder, "computers": computers})

    def talk(self, *, count: bool = True, seconds: float = 120.0) -> dict[str, Any]:
        """Have everybody talk once: ``totals`` and ``conversations`` of this round.

        Each conversation has a ``state``: ok, failed or not_up. Without ``count`` it leaves no trace in the counts.
        """
        return dict(self._post("/talk", {"count": count}, seconds))

    def talk_counts(self) -> dict[str, Any]:
        """What was counted since the start or `talk_reset`: ``rounds``, ``totals``, ``conversations``, ``failures``."""
        return dict(self._get("/talk"))

    def admin_service_requests(self) -> list[str]:
        """What the AdminService of the site was asked and answered, since the last reset of it."""
        return list(self._get("/admin-service")["requests"])

    def admin_service_reset(self, page: int = 1000, **cmpivot: Any) -> None:
        """Forget the requests; ``page``: how many rows an answer has at the most. ``cmpivot``: how CMPivot behaves."""
        self._post("/admin-service", {"page": page, "cmpivot": cmpivot})

    def console(self, script: str) -> dict[str, Any]:
        """Run a script on ConfigMgr's console: ``output``, ``warnings`` and how many ``changes`` it made.

        Raises LabRefused with the message of what stopped it.
        """
        return dict(self._post("/console", {"script": script}))

    def evaluate_baselines(self, *hosts: str, unable: Iterable[str] = ()) -> None:
        """The clients that are up (all, or those named) evaluate what is deployed, and mend it; ``unable`` fail."""
        self._post("/clients/evaluate", {"hosts": list(hosts), "unable": list(unable)})

    def forget_baselines(self) -> None:
        """No baseline is there, and no client has told anything."""
        self._post("/clients/reset", {})

    def notifications(self, **settings: Any) -> None:
        """``countdown``: seconds of the site before a restart. ``forbidden``: the account may not ask for one."""
        self._post("/notifications", settings)

    def admin_service_logons(self) -> list[str]:
        """How each of these requests had logged on: basic, negotiate (which is NTLM) or kerberos."""
        return list(self._get("/admin-service")["logons"])

    def smb_logons(self, host: str) -> list[str]:
        """How each logon to ADMIN$ of a host was made, kerberos or ntlm, where the site is a realm."""
        return list(self._get(f"/hosts/{quote(host)}/smb")["logons"])

    def realm(self, *, running: bool = True, ahead: float = 0.0) -> None:
        """Stop the key distribution centre, or start it again, with a clock that is so many seconds ahead."""
        self._post("/realm", {"running": running, "ahead": ahead})

    def talk_reset(self) -> None:
        self._post("/talk/reset", {})

    def plant_events(
        self, host: str, event_id: int, fields: dict[str, str], *, count: int = 1, seconds_ago: float = 60.0
    ) -> None:
        """Put Schannel events of the past into the host's System log; a reset takes them away again."""
        body = {"id": event_id, "fields": fields, "count": count, "seconds_ago": seconds_ago}
        self._post(f"/hosts/{quote(host)}/events", body)

    def plant_file(self, host: str, path: str, text: str, *, encoding: str = "utf-8", padding: int = 0) -> int:
        """Write a file (utf-8, ansi, or utf-16 with a mark), behind so many bytes of other lines; its size in bytes."""
        body = {"path": path, "text": text, "encoding": encoding, "padding": padding}
        return int(self._post(f"/hosts/{quote(host)}/files", body)["size"])

    def plant(
        self, host: str, path: str, *, text: str | None = None, target: str | None = None, user: str = "mallory"
    ) -> str:
        """Make a file with `text`, a junction to `target`, or a folder as a user could who is no administrator.

        The SID of its owner. Raises LabRefused where Windows would not let the user.
        """
        body: dict[str, Any] = {"path": path, "user": user}
        body |= {name: value for name, value in (("text", text), ("target", target)) if value is not None}
        return str(self._post(f"/hosts/{quote(host)}/plant", body)["owner"])

    def log_on(self, host: str, user: str, *, session: str = "console", documents: int = 0) -> None:
        """Somebody sits down at the host (``console``) or connects to its desktop (``remote``), with open documents."""
        self._people(host, user=user, session=session, documents=documents)

    def disconnect(self, host: str, user: str) -> None:
        self._people(host, user=user, does="disconnect")

    def log_off(self, host: str, user: str) -> None:
        """Everything is saved."""
        self._people(host, user=user, does="log_off")

    def people(self, host: str) -> dict[str, Any]:
        """``sessions``, ``notices`` that a shutdown showed, and ``documents_lost`` since the last reset."""
        return dict(self.dump(host)["people"])

    def _people(self, host: str, **body: Any) -> None:
        self._post(f"/hosts/{quote(host)}/people", body)

    def restart(self, host: str) -> None:
        """Have the host restart now; ``wait_for_power`` tells when."""
        self._post(f"/hosts/{quote(host)}/restart", {})

    def switch(self, host: str, does: str) -> None:
        """Switch a host ``off``, send it to ``sleep``, or switch it ``on`` or wake it; back when that is so."""
        self._post(f"/hosts/{quote(host)}/power", {"does": does})
        self.wait_for_power(host, up=does == "on")

    def run(self, host: str, line: str, *, user: str | None = None) -> dict[str, Any]:
        """Run a line at the host's console: stdout, stderr, exit_code. Neither WinRM nor the records see it."""
        return dict(self._post(f"/hosts/{quote(host)}/run", {"line": line, "user": user}))

    def restarts(self, host: str) -> int:
        """How often the host has restarted since the lab started or it was reset."""
        return int(next(row["restarts"] for row in self.status()["hosts"] if row["name"].lower() == host.lower()))

    def wait_for_power(self, host: str, *, up: bool, restarts: int = 0, seconds: float = 30.0) -> bool:
        """Wait until the host listens (or no longer does) after at least so many restarts; False when it never did."""
        query = urlencode({"up": str(up).lower(), "restarts": restarts, "seconds": seconds})
        answer = self._call("GET", f"/hosts/{quote(host)}/wait?{query}", None, seconds)
        return bool(answer["reached"])

    def stop(self) -> None:
        self._post("/stop", {})

    def _get(self, path: str, **query: Any) -> Any:
        given = {name: value for name, value in query.items() if value is not None}
        return self._call("GET", f"{path}?{urlencode(given)}" if given else path, None)

    def _post(self, path: str, body: dict[str, Any], patience: float = 0.0) -> Any:
        return self._call("POST", path, json.dumps(body).encode(), patience)

    def _call(self, method: str, path: str, body: bytes | None, patience: float = 0.0) -> Any:
        headers = {"Content-Type": "application/json", "Connection": "close"}
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=headers)
        try:
            with self._opener.open(request, timeout=self._timeout + patience) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as exc:
            raise LabRefused(json.load(exc).get("error", f"HTTP {exc.code}")) from exc
        except (OSError, ValueError) as exc:
            raise LabUnreachable(f"no lab answers at {self.url}: {getattr(exc, 'reason', exc)}") from exc
