# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is logged on to a machine, what they have open, and what a shutdown told them and took from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from .accounts import Accounts, plain
from .registry import Registry
from .values import Value

_USERS = "HKEY_USERS"
_ALWAYS_LOADED = (".DEFAULT", "S-1-5-18", "S-1-5-19", "S-1-5-20")
_VOLATILE = "Volatile Environment"

SessionKind = Literal["console", "remote"]


@dataclass
class Person:
    """Somebody logged on. A disconnected session goes on without anybody seeing it."""

    user: str
    session: SessionKind
    number: int
    documents: int
    disconnected: bool = False


@dataclass(frozen=True)
class Notice:
    """What `shutdown /c` showed, and how many seconds before the restart."""

    text: str
    seconds: float
    shown_to: int


@dataclass
class People:
    """The sessions of a machine, and the hives that they load. The caller holds the machine's lock."""

    registry: Registry
    accounts: Accounts
    sessions: dict[str, Person] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    documents_lost: int = 0

    def install(self, users: Iterable[str]) -> None:
        """The hives that are there without anybody in front of the machine: also those of accounts that only run
        programs over the network.
        """
        for name in (*_ALWAYS_LOADED, *(self.accounts.token(user).sid for user in users)):
            self.registry.create(f"{_USERS}\\{name}\\Environment")

    def log_on(self, user: str, session: SessionKind = "console", documents: int = 0) -> None:
        """At the console or by remote desktop, with so many documents that are not saved."""
        number = 1 + max((person.number for person in self.sessions.values()), default=0)
        person = self.sessions.setdefault(plain(user), Person(user, session, number, 0))
        person.documents, person.disconnected = documents, False
        hive = self._hive(user)
        self.registry.create(f"{hive}\\Environment")
        self.registry.create(f"{hive}_Classes")
        for name, text in (("USERDOMAIN", self.accounts.authority), ("USERNAME", plain(user))):
            self.registry.set(f"{hive}\\{_VOLATILE}", Value.text(name, text))
        shown = "Console" if person.session == "console" else f"RDP-Tcp#{person.number}"
        self.registry.set(f"{hive}\\{_VOLATILE}\\{person.number}", Value.text("SESSIONNAME", shown))

    def disconnect(self, user: str) -> None:
        """The session stays, with all that is open. Raises KeyError."""
        self.sessions[plain(user)].disconnected = True

    def log_off(self, user: str) -> None:
        """What was open is saved. Raises KeyError."""
        self.sessions.pop(plain(user))
        for hive in (self._hive(user), f"{self._hive(user)}_Classes"):
            self.registry.delete_key(hive)

    def tell(self, text: str, seconds: float) -> None:
        """A shutdown is announced to everybody who looks at a screen."""
        seeing = sum(not person.disconnected for person in self.sessions.values())
        self.notices.append(Notice(text, seconds, seeing))

    def save(self) -> None:
        """Who sees the screen has time to save; a session that nobody looks at keeps what is open."""
        for person in self.sessions.values():
            if not person.disconnected:
                person.documents = 0

    def power_off(self) -> None:
        """Windows closes the programs without asking."""
        self.documents_lost += sum(person.documents for person in self.sessions.values())
        for person in list(self.sessions.values()):
            self.log_off(person.user)

    def reset(self) -> None:
        """Nobody is there; the registry is reset by the machine."""
        self.sessions.clear()
        self.notices.clear()
        self.documents_lost = 0

    def dump(self) -> dict[str, Any]:
        return {
            "sessions": [asdict(person) for person in self.sessions.values()],
            "notices": [asdict(notice) for notice in self.notices],
            "documents_lost": self.documents_lost,
        }

    def _hive(self, user: str) -> str:
        return f"{_USERS}\\{self.accounts.token(user).sid}"
