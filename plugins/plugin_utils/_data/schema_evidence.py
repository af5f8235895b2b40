# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The row types of the tables about evidence: Schannel events, log files, what to look for in them, known issues."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from .convert import FieldError, Reference
from .rows import Row

# What can stand in quotes on a line of cmd.exe, and means itself to findstr with /l.
_LITERAL = re.compile(r"[A-Za-z0-9 .,:'()\[\]_/*-]{4,80}")
_PATH = re.compile(r"[A-Za-z0-9 .,()_*-]{1,80}")

LogId = Annotated[str, Reference("log_files")]
IssueId = Annotated[str, Reference("known_issues")]
RequirementId = Annotated[str, Reference("machine_requirements")]
ConversationId = Annotated[str, Reference("conversations")]
RoleName = Annotated[str, Reference("roles")]
Folder = Literal[
    "component", "client", "management_point", "system_drive", "console", "catalog", "wsus", "sql", "reporting"
]


@dataclass(frozen=True, kw_only=True)
class SchannelEvent(Row):
    """schannel_events.yml: an event of the provider Schannel in the System log, by its number.

    ``kind``: handshake (completed; tells the protocol), no_protocol (a program or caller asked for what is off or not
    shared), alert (its number is in ``AlertDesc``), certificate, or other. ``fields`` are the names of its data, in
    their order.
    """

    KEY: ClassVar[str] = "id"

    id: int
    means: str
    kind: Literal["handshake", "no_protocol", "alert", "certificate", "other"]
    level: Literal["error", "warning", "info"]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LogFile(Row):
    """log_files.yml: a log by its file name, the kind of folder it is in, and the roles that write it.

    ``search``: lines (matching lines are read) or names (only which files hold a text, for files whose lines can be as
    long as the file, and for names with an asterisk). Without ``roles`` the folder decides: it exists only where its
    product is installed.
    """

    id: str
    file: str
    folder: Folder
    roles: tuple[RoleName, ...] = ()
    search: Literal["lines", "names"] = "lines"

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.file):
            raise FieldError("file", "not a plain file name")
        if "*" in self.file and self.search == "lines":
            raise FieldError("search", "a name with an asterisk needs names")


@dataclass(frozen=True, kw_only=True)
class KnownIssue(Row):
    """known_issues.yml: a problem that administrators know by its name.

    ``leave``: what is recommended and not done by the collection, and why.
    """

    id: str
    title: str
    remedy: str
    leave: str | None = None


@dataclass(frozen=True)
class EventSign:
    """An event that points at a problem. ``field`` must hold one of ``values`` (as text) when given."""

    id: int
    field: str | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LogSignature(Row):
    """log_signatures.yml: what points at a problem, what it means and what to do.

    ``logs`` and ``literals`` say where to look on the machine and for which text; ``pattern`` (a regular expression,
    case ignored) has the last word on the controller. ``events`` are Schannel events; ``finding`` a requirement that
    is itself the sign. A row with none of them is seen by people only. ``good`` signs are told, and are no problem.
    ``requirements`` are those that cause it when they are not met.
    """

    id: str
    title: str
    means: str
    remedy: str
    issue: IssueId | None = None
    logs: tuple[LogId, ...] = ()
    literals: tuple[str, ...] = ()
    pattern: str | None = None
    events: tuple[EventSign, ...] = ()
    finding: RequirementId | None = None
    requirements: tuple[RequirementId, ...] = ()
    conversations: tuple[ConversationId, ...] = ()
    good: bool = False
    regex: re.Pattern[str] | None = field(default=None, metadata={"computed": True}, compare=False)

    def __post_init__(self) -> None:
        if bool(self.logs) != bool(self.literals) or bool(self.logs) != bool(self.pattern):
            raise FieldError("logs", "logs, literals and pattern go together")
        for number, literal in enumerate(self.literals):
            if not _LITERAL.fullmatch(literal):
                raise FieldError(f"literals[{number}]", "cannot stand on a command line")
        if self.pattern:
            try:
                object.__setattr__(self, "regex", re.compile(self.pattern, re.IGNORECASE | re.DOTALL))
            except re.error as error:
                raise FieldError("pattern", f"no regular expression: {error}") from error
