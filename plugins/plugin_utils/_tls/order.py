# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of a stage: which machines are changed together, and who comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from .._data import protocols as known_protocols
from .._data import roles as known_roles
from .sites import Sites, SiteVariables
from .winhttp import BITS

__all__ = ["Batch", "BatchSize", "BatchSizeError", "Order", "Replica", "order", "stage_is_done"]

OrderStage = Literal["update", "enable", "disable"]
Replica = Literal["secondary", "primary"]
_OFF = frozenset({"off", "not_supported"})
_WINHTTP = ("WinHTTP DefaultSecureProtocols", "WinHTTP 32-bit DefaultSecureProtocols")


class BatchSizeError(ValueError):
    """A batch size that is neither a number of machines nor a percentage."""


@dataclass(frozen=True)
class BatchSize:
    """How many machines of a restart group are changed together.

    ``number`` of machines, or of machines in a hundred of their restart group.
    """

    number: int
    percent: bool = False

    @classmethod
    def parse(cls, text: str) -> BatchSize:
        """From C(10) or C(25%)."""
        number = text.strip().removesuffix("%").strip()
        percent = text.strip().endswith("%")
        if not number.isdecimal() or int(number) < 1 or (percent and int(number) > 100):
            raise BatchSizeError(f"{text!r} is neither a number of machines nor a percentage from 1% to 100%")
        return cls(int(number), percent)

    def of(self, machines: int) -> int:
        """How many of so many machines; at least one."""
        return max(1, machines * self.number // 100 if self.percent else self.number)


@dataclass(frozen=True)
class Batch:
    """Hosts that are changed together. ``kind``: canary, single (a role that goes one at a time), or batch."""

    restart_group: int
    kind: Literal["canary", "single", "batch"]
    hosts: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"restart_group": self.restart_group, "kind": self.kind, "hosts": list(self.hosts)}


@dataclass(frozen=True)
class Order:
    """The batches of machines in which a stage is carried out.

    ``batches`` one after the other; ``done``: hosts that are where the stage leads and are left alone.
    """

    batches: tuple[Batch, ...]
    done: tuple[str, ...]


def order(
    facts: Mapping[str, Mapping[str, Any] | None],
    stage: OrderStage,
    size: BatchSize,
    *,
    everybody: bool = False,
    protocols: Sequence[str] = (),
    replicas: Mapping[str, str] | None = None,
    told: Mapping[str, SiteVariables] | None = None,
) -> Order:
    """The batches of ``stage`` over hosts with facts; those without have no place in it.

    ``protocols``: what the disable stage turns off. ``replicas``: secondary or primary, of hosts in an availability
    group. ``everybody``: the update stage is also for machines that no finding asks to be updated. ``told``: what the
    inventory says of sites. Within a restart group the lowest sites go first: what is above them is needed by more
    machines. Microsoft gives an order of sites for updates of ConfigMgr only.
    The enable stage only adds, so it needs no canary, and a whole restart group is one batch.
    """
    known = {name: host for name, host in facts.items() if host}
    sites = Sites(known, told)
    done = [name for name, host in known.items() if _is_done(host, stage, protocols, everybody)]
    finished = set(done)

    def place(name: str) -> tuple[int, int, str, int, str]:
        home = sites.home(name)
        rank = _rank(known[name], (replicas or {}).get(name))
        return _group(known[name]), -sites.depth(home), home, rank, name

    left = sorted((name for name in known if name not in finished), key=place)
    batches: list[Batch] = []
    for group, members in groupby(left, key=lambda name: _group(known[name])):
        batches += _batches(group, list(members), known, stage, size)
    return Order(tuple(batches), tuple(sorted(done)))


def _batches(
    group: int, names: list[str], facts: Mapping[str, Mapping[str, Any]], stage: OrderStage, size: BatchSize
) -> Iterable[Batch]:
    single = {role.id for role in known_roles() if role.one_at_a_time}
    alone = [name for name in names if single.intersection(facts[name].get("roles", ()))]
    together = [name for name in names if name not in set(alone)]
    if stage != "enable" and together:
        yield Batch(group, "canary", (together.pop(0),))
    step = size.of(len(together)) if stage != "enable" else max(1, len(together))
    for first in range(0, len(together), step):
        yield Batch(group, "batch", tuple(together[first : first + step]))
    yield from (Batch(group, "single", (name,)) for name in alone)


def _is_done(host: Mapping[str, Any], stage: OrderStage, protocols: Sequence[str], everybody: bool) -> bool:
    if stage == "update":
        return not everybody and not _needs_update(host)
    return stage == "disable" and stage_is_done(host, protocols)


def _needs_update(host: Mapping[str, Any]) -> bool:
    """Whether a finding failed that an update mends."""
    return any(row["status"] == "fail" and row.get("fix") == "update" for row in host.get("findings", ()))


def _group(host: Mapping[str, Any]) -> int:
    return int(host.get("restart_group", 0))


def _rank(host: Mapping[str, Any], replica: str | None) -> int:
    """What stands by goes first: a passive site server, whose own registry also shows the active one's role, and
    secondary replicas. The primary replica goes last, so that it moves only once.
    """
    if "passive_site_server" in host.get("roles", ()):
        return 0
    return {"secondary": 0, "primary": 2}.get(replica or "", 1)


def stage_is_done(host: Mapping[str, Any], protocols: Iterable[str]) -> bool:
    """Whether ``protocols`` are off on the machine and that is in force since its last restart."""
    legacy = [row.id for row in known_protocols() if row.id in set(protocols)]
    effects = host.get("protocols") or {}
    off = all((effects.get(side) or {}).get(name) in _OFF for side in ("client", "server") for name in legacy)
    bits = sum(BITS.get(name, 0) for name in legacy)
    masks = [(host.get("settings") or {}).get(name, 0) for name in _WINHTTP]
    return off and host.get("restart_required") is False and not any(isinstance(m, str) or m & bits for m in masks)
