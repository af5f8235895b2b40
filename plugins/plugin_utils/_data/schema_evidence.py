# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The row types of the tables about evidence: Schannel events, log files, what to look for in them, known issues."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from .convert import FieldError, Reference
from .rows import RequirementId, Row

# What can stand in quotes on a line of cmd.exe, and means itself to findstr with /l.
_LITERAL = re.compile(r"[A-Za-z0-9 .,:'()\[\]_/*-]{4,80}")
_PATH = re.compile(r"[A-Za-z0-9 .,()_*-]{1,80}")

RoleName = Annotated[str, Reference("roles")]
LogId = Annotated[str, Reference("log_files")]
IssueId = Annotated[str, Reference("known_issues")]
ConversationId = Annotated[str, Reference("conversations")]
PhraseId = Annotated[str, Reference("log_phrases")]
Folder = Literal[
    "component",
    "client",
    "ccmsetup",
    "management_point",
    "distribution_point",
    "enrollment",
    "enrollment_proxy",
    "crp",
    "system_drive",
    "console",
    "catalog",
    "wsus",
    "sql",
    "reporting",
]
# What the client and the management point share renames a full log to its name, the date and the time.
_DATED: tuple[Folder, ...] = ("client", "ccmsetup", "management_point", "distribution_point")
Writer = Literal["sql_driver", "sql_server", "dotnet", "winhttp"]


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
    long as the file). Without ``roles`` the folder decides: it exists only where its product is installed. ``writers``:
    what speaks TLS and writes its errors there, with the conversations that it has. ``rotated``: the name of the full
    log before this one, where it is not that of a folder's kind.
    """

    id: str
    file: str
    folder: Folder
    roles: tuple[RoleName, ...] = ()
    writers: Mapping[Writer, tuple[ConversationId, ...]] = field(default_factory=dict)
    search: Literal["lines", "names"] = "lines"
    rotated: str | None = None

    def __post_init__(self) -> None:
        for name in ("file", "rotated"):
            if not _PATH.fullmatch(getattr(self, name) or "x"):
                raise FieldError(name, "not a plain file name")

    @property
    def formers(self) -> tuple[str, ...]:
        """The files that the log was renamed to when it was full, the oldest first; a name may be a pattern."""
        if self.rotated or not self.file.endswith(".log") or self.search == "names":
            return (self.rotated,) if self.rotated else ()
        dated = self.folder in _DATED and "*" not in self.file
        return (f"{self.file[:-1]}_", *([f"{self.file[:-4]}-2*.log"] if dated else []))


@dataclass(frozen=True, kw_only=True)
class LogPhrase(Row):
    """log_phrases.yml: one failure as its writer words it.

    ``texts``: regular expressions by language (case ignored), ``any`` for numbers and names that no language changes.
    ``literals``: what to search for on the machine, so that each of the texts is found.
    """

    id: str
    literals: tuple[str, ...]
    texts: Mapping[str, str]
    regex: re.Pattern[str] | None = field(default=None, metadata={"computed": True}, compare=False)

    def __post_init__(self) -> None:
        _check_literals(self.literals)
        object.__setattr__(self, "regex", _compiled("|".join(f"(?:{text})" for text in self.texts.values()), "texts"))


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

    ``logs`` or ``writers`` say where to look; without both, ``phrases`` are looked for in every log. A line is a
    sign when ``pattern`` (a regular expression, case ignored) fits and one of the ``phrases`` does, as far as they
    are given; ``literals`` are what the machine searches for where there are no phrases. ``vague`` signs are passed
    over beside a clear one; ``certificate`` tells a trouble of the certificate from one of the protocol. ``events``
    are Schannel events; ``finding`` a requirement that is itself the sign. A row with none of them is seen by
    people only. ``good`` signs are told, and are no problem. ``requirements`` are those that cause it when they are
    not met; ``concerns`` is the role whose machine they are asked of. ``conversations`` default to those of the
    writer in that log.
    """

    id: str
    title: str
    means: str
    remedy: str
    issue: IssueId | None = None
    logs: tuple[LogId, ...] = ()
    writers: tuple[Writer, ...] = ()
    literals: tuple[str, ...] = ()
    pattern: str | None = None
    phrases: tuple[PhraseId, ...] = ()
    certificate: bool = False
    vague: bool = False
    events: tuple[EventSign, ...] = ()
    finding: RequirementId | None = None
    requirements: tuple[RequirementId, ...] = ()
    concerns: RoleName | None = None
    conversations: tuple[ConversationId, ...] = ()
    good: bool = False
    regex: re.Pattern[str] | None = field(default=None, metadata={"computed": True}, compare=False)

    def __post_init__(self) -> None:
        somewhere = bool(self.logs or self.writers)
        if somewhere and not (self.phrases or (self.literals and self.pattern)):
            raise FieldError("logs", "logs and writers need phrases, or literals and a pattern")
        if (self.literals or self.pattern) and not somewhere:
            raise FieldError("literals", "literals and a pattern need logs or writers")
        if bool(self.literals) == bool(self.phrases) and somewhere:
            raise FieldError("literals", "phrases have their own literals")
        _check_literals(self.literals)
        if self.pattern:
            object.__setattr__(self, "regex", _compiled(self.pattern, "pattern"))

    def may_stand_in(self, log: LogFile) -> bool:
        """Whether this sign is looked for in a log."""
        if log.id in self.logs or set(self.writers) & set(log.writers):
            return True
        return not (self.logs or self.writers) and bool(self.phrases) and log.search == "lines"


def _check_literals(literals: tuple[str, ...]) -> None:
    for number, literal in enumerate(literals):
        if not _LITERAL.fullmatch(literal):
            raise FieldError(f"literals[{number}]", "cannot stand on a command line")


def _compiled(pattern: str, name: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.IGNORECASE | re.DOTALL)
    except re.error as error:
        raise FieldError(name, f"no regular expression: {error}") from error
