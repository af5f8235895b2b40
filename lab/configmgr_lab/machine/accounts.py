# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who somebody is to a machine's access checks: security identifiers (SIDs), and the groups an account is in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

SYSTEM = "S-1-5-18"
ADMINISTRATORS = "S-1-5-32-544"
USERS = "S-1-5-32-545"
EVENT_LOG_READERS = "S-1-5-32-573"
EVERYONE = "S-1-1-0"
AUTHENTICATED_USERS = "S-1-5-11"
CREATOR_OWNER = "S-1-3-0"
OWNER_RIGHTS = "S-1-3-4"
TRUSTED_INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
WELL_KNOWN = (
    SYSTEM, ADMINISTRATORS, USERS, EVERYONE, AUTHENTICATED_USERS, CREATOR_OWNER, OWNER_RIGHTS, TRUSTED_INSTALLER,
)  # fmt: skip
"""Every language of Windows has names of its own for these."""

PLAIN_USER = "mallory"
"""An account that may log on to every machine of the lab, and is an administrator of none."""


@dataclass(frozen=True)
class Token:
    """What a logon carries: `sid` of the account, `groups` with it, and `owner` of what it makes.

    What administrators and SYSTEM make belongs to the group Administrators, what others make to themselves.
    """

    sid: str
    groups: frozenset[str]

    @property
    def is_administrator(self) -> bool:
        return ADMINISTRATORS in self.groups

    def instead_of_administrators(self, groups: Iterable[str]) -> Token:
        """The same account, in these groups and no administrator any more."""
        return Token(self.sid, (self.groups - {ADMINISTRATORS}) | frozenset(groups))

    @property
    def owner(self) -> str:
        return ADMINISTRATORS if self.is_administrator else self.sid


@dataclass(frozen=True)
class Accounts:
    """The accounts that a machine knows. `authority`: the domain, or the machine where it is in none."""

    authority: str
    administrators: frozenset[str]
    """Plain names in lower case."""

    @classmethod
    def of(cls, authority: str, administrators: Iterable[str]) -> Accounts:
        return cls(authority, frozenset(plain(name) for name in administrators))

    def token(self, user: str) -> Token:
        """Of `name`, `DOMAIN\\name` or `name@domain`. Who is unknown is a plain user."""
        name = plain(user)
        if name == "system":
            return Token(SYSTEM, frozenset({SYSTEM, ADMINISTRATORS, EVERYONE, AUTHENTICATED_USERS}))
        groups = {self._sid(name), USERS, EVERYONE, AUTHENTICATED_USERS}
        return Token(self._sid(name), frozenset(groups | ({ADMINISTRATORS} if name in self.administrators else set())))

    def sid(self, user: str) -> str | None:
        """Of an account that exists, None for another."""
        name = plain(user)
        return self._sid(name) if name in {*self.administrators, PLAIN_USER} else None

    def name(self, sid: str) -> str | None:
        """`DOMAIN\\name` of an account that exists, None for another."""
        names = [each for each in (*sorted(self.administrators), PLAIN_USER) if self._sid(each) == sid]
        return f"{self.authority}\\{names[0]}" if names else None

    def _sid(self, name: str) -> str:
        # The numbers are made up, and the same in every run.
        digest = sha256(self.authority.lower().encode()).digest()
        parts = [int.from_bytes(digest[at : at + 4]) for at in (0, 4, 8)]
        relative = 1000 + int.from_bytes(sha256(name.encode()).digest()[:4]) % 100_000
        return f"S-1-5-21-{parts[0]}-{parts[1]}-{parts[2]}-{relative}"


def plain(user: str) -> str:
    """The name without its domain, in lower case."""
    return user.rpartition("\\")[2].partition("@")[0].lower()
