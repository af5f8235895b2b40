# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The System event log of one machine: when it started and stopped, and what Schannel tells of handshakes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

_NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"


@dataclass(frozen=True)
class Provider:
    """Who writes an event; classic sources have no guid. With `user_data`, the namespace of EventXML in UserData, its
    fields are elements of that; otherwise they are Data elements of EventData.
    """

    name: str
    guid: str = ""
    user_data: str = ""


KERNEL_GENERAL = Provider("Microsoft-Windows-Kernel-General", "{a68ca8b7-004f-d7b6-a698-07e2de0f1f5d}")
EVENT_LOG = Provider("EventLog")
USER32 = Provider("User32", "{b0aa8734-56f7-41cc-b2f4-de228e98b946}")
# Its event 36880 has its data in UserData, see schannel_events.yml.
SCHANNEL = Provider("Schannel", "{1f678132-5938-4686-9fdc-c8ff68f15c85}")


@dataclass(frozen=True)
class Event:
    """One record. `data` keeps the order of the event's fields."""

    record_id: int
    provider: Provider
    event_id: int
    level: int
    time: datetime
    computer: str
    data: Mapping[str, str]

    def xml(self) -> str:
        """The record as `wevtutil /f:xml` prints it, on one line."""
        guid = f" Guid='{self.provider.guid}'" if self.provider.guid else ""
        return (
            f"<Event xmlns='{_NAMESPACE}'><System>"
            f"<Provider Name={_attribute(self.provider.name)}{guid}/>"
            f"<EventID>{self.event_id}</EventID><Version>0</Version><Level>{self.level}</Level><Task>0</Task>"
            f"<Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords>"
            f"<TimeCreated SystemTime='{stamp(self.time)}'/><EventRecordID>{self.record_id}</EventRecordID>"
            f"<Correlation/><Execution ProcessID='4' ThreadID='8'/><Channel>System</Channel>"
            f"<Computer>{escape(self.computer)}</Computer><Security/></System>"
            f"{self._fields()}</Event>"
        )

    def _fields(self) -> str:
        if self.provider.user_data:
            inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in self.data.items())
            return f"<UserData><EventXML xmlns={_attribute(self.provider.user_data)}>{inner}</EventXML></UserData>"
        inner = "".join(f"<Data Name={_attribute(name)}>{escape(text)}</Data>" for name, text in self.data.items())
        return f"<EventData>{inner}</EventData>"


def stamp(moment: datetime) -> str:
    """A time as the event log writes it: UTC, to a tenth of a microsecond."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}000Z"


class EventLog:
    """The records of the System channel, oldest first."""

    def __init__(self, computer: str) -> None:
        self._computer = computer
        self._events: list[Event] = []
        self._next = 1

    def reset(self) -> None:
        self._events.clear()
        self._next = 1

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(self._events)

    def add(
        self, provider: Provider, event_id: int, time: datetime, data: Mapping[str, str] | None = None, level: int = 4
    ) -> None:
        self._events.append(Event(self._next, provider, event_id, level, time, self._computer, dict(data or {})))
        self._next += 1

    def plant(
        self, provider: Provider, event_id: int, times: Iterable[datetime], data: Mapping[str, str], level: int = 4
    ) -> None:
        """Add events of the past: the log is in the order of time afterwards, and numbered anew."""
        for time in times:
            self.add(provider, event_id, time, data, level)
        ordered = sorted(self._events, key=lambda event: event.time)
        self._events = [replace(event, record_id=number) for number, event in enumerate(ordered, 1)]

    def dump(self) -> list[dict[str, str | int]]:
        return [
            {"record": each.record_id, "provider": each.provider.name, "id": each.event_id, "time": stamp(each.time)}
            for each in self._events
        ]


def _attribute(text: str) -> str:
    quoted = quoteattr(text)
    return f"'{quoted[1:-1]}'" if quoted.startswith('"') and "'" not in quoted else quoted
