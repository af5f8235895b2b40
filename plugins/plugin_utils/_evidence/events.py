# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schannel events as C(wevtutil qe System /f:xml) prints them.

An event is one C(<Event>) element. 36880 has its data in UserData/EventXML (namespace LSA_NS), the others in
EventData/Data with the attribute Name; data without a name is taken by its position. Nothing of it is localised.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from .._data import load_table
from .._data.schema_evidence import SchannelEvent

__all__ = ["Event", "Events", "events_command", "oldest_command", "parse_events", "protocol_name"]

_EVENT = re.compile(r"<Event [^<>]*>.*?</Event>", re.DOTALL)
_END = "</Event>"
_SPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"
_DAY = 86_400_000
_FIELDS = {row.id: row.fields for row in load_table("schannel_events", SchannelEvent)}
# What Windows writes beside a certificate tells a person nothing.
_BINARY = frozenset(
    {"__binLength", "binaryData", "EncodedCert", "CredContext", "pCertificateContext", "certificateContext"}
)
_NAME = re.compile(r"^(SSL|TLS|DTLS)\s*v?\s*([0-9])(?:\.([0-9]))?$", re.IGNORECASE)
# Numbers of the TLS standard, and the flags of schannel.h (SP_PROT_*), server and client.
_NUMBERS = {
    0x0002: "SSL 2.0",
    0x0300: "SSL 3.0",
    0x0301: "TLS 1.0",
    0x0302: "TLS 1.1",
    0x0303: "TLS 1.2",
    0x0304: "TLS 1.3",
    0x0004: "SSL 2.0",
    0x0008: "SSL 2.0",
    0x0010: "SSL 3.0",
    0x0020: "SSL 3.0",
    0x0040: "TLS 1.0",
    0x0080: "TLS 1.0",
    0x0100: "TLS 1.1",
    0x0200: "TLS 1.1",
    0x0400: "TLS 1.2",
    0x0800: "TLS 1.2",
    0x1000: "TLS 1.3",
    0x2000: "TLS 1.3",
}


@dataclass(frozen=True)
class Event:
    """An event of a Windows event log.

    ``time`` is UTC as the log has it (ISO 8601).

    ``fields``: the data by name, those that are empty too; which there are tells what this build of Windows can say.
    """

    id: int
    time: str
    fields: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.fields.get(name, "")

    @property
    def protocol(self) -> str:
        """A protocol as SCHANNEL names it; as it was printed when it is none of them, empty when there is none."""
        return protocol_name(self.text("Protocol"))

    @property
    def process(self) -> str:
        """The program that asked, on builds that tell it: its file name, else its number."""
        image = self.text("CallerProcessImageName").replace("/", "\\").rpartition("\\")[2]
        return image or (f"process {self.text('CallerProcessId')}" if self.text("CallerProcessId") else "")


@dataclass(frozen=True)
class Events:
    """The events of one answer.

    ``damaged``: events that could not be read; ``cut``: whether text behind the byte limit was left out.
    """

    events: tuple[Event, ...]
    damaged: int
    cut: bool


def events_command(numbers: Iterable[int], days: int, most: int) -> str:
    """The newest ``most`` Schannel events with these numbers of the last ``days`` days, newest first."""
    chosen = " or ".join(_ranges(numbers))
    return (
        "wevtutil qe System "
        f"\"/q:*[System[Provider[@Name='Schannel'] and ({chosen}) and "
        f'TimeCreated[timediff(@SystemTime) <= {int(days) * _DAY}]]]" /c:{int(most)} /rd:true /f:xml'
    )


def _ranges(numbers: Iterable[int]) -> list[str]:
    """Neighbours as a range: a query may have about 20 expressions, and there are more numbers than that."""
    ordered = sorted({int(number) for number in numbers})
    begins = [number for number in ordered if number - 1 not in ordered]
    ends = [number for number in ordered if number + 1 not in ordered]
    return [
        f"EventID={first}" if first == last else f"(EventID>={first} and EventID<={last})"
        for first, last in zip(begins, ends, strict=True)
    ]


def oldest_command() -> str:
    """The oldest event that the System log still has."""
    return "wevtutil qe System /c:1 /rd:false /f:xml"


def parse_events(text: str, most_bytes: int) -> Events:
    """The events in what wevtutil printed, in its order, of the first ``most_bytes`` bytes of it."""
    cut = len(text) > most_bytes // 4 and len(text.encode("utf-8", "replace")) > most_bytes
    if cut:
        text = text.encode("utf-8", "replace")[:most_bytes].decode("utf-8", "ignore")
    found, damaged = [], 0
    # Behind the last end each begin would be looked at to the end of the text.
    for match in _EVENT.finditer(text[: text.rfind(_END) + len(_END)]):
        event = _parse(match.group())
        if event is None:
            damaged += 1
        else:
            found.append(event)
    return Events(tuple(found), damaged, cut)


def _parse(text: str) -> Event | None:
    # A document type is where an XML reader could be led astray; events have none.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    try:
        element = ElementTree.fromstring(text)
        number = int(element.findtext(f"{_SPACE}System/{_SPACE}EventID", ""))
    except (ElementTree.ParseError, ValueError):
        return None
    created = element.find(f"{_SPACE}System/{_SPACE}TimeCreated")
    return Event(number, (created.get("SystemTime", "") if created is not None else "")[:40], _fields(number, element))


def _fields(number: int, event: ElementTree.Element) -> dict[str, str]:
    xml = [(item.tag.rpartition("}")[2], item.text) for item in event.iterfind(f"{_SPACE}UserData/*/*")]
    data = event.findall(f"{_SPACE}EventData/{_SPACE}Data")
    positions = iter(_by_position(number, sum(not item.get("Name") for item in data)))
    named = [(item.get("Name") or next(positions), item.text) for item in data]
    return {name: " ".join((text or "").split())[:300] for name, text in (*xml, *named) if name not in _BINARY}


def _by_position(number: int, count: int) -> list[str]:
    """Names for data that has none. Newer builds put the calling process before what older ones write."""
    known = list(_FIELDS.get(number, ()))
    older = [name for name in known if not name.startswith("CallerProcess")]
    names = older if count <= len(older) else known
    return [*names[:count], *(f"Data{place}" for place in range(len(names) + 1, count + 1))]


def protocol_name(text: str) -> str:
    """C(TLS 1.0) for C(TLS 1.0), C(TLSv1), C(0x301), C(769) and the flags of schannel.h."""
    text = text.strip()
    named = _NAME.match(text)
    if named:
        return f"{named[1].upper()} {named[2]}.{named[3] or 0}"
    try:
        return _NUMBERS.get(int(text, 0), text)
    except ValueError:
        return text
