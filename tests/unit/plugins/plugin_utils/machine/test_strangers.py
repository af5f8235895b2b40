# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a stranger has written: no crash, no line with his words, no place outside of the tables.

Each starts from a text as it is and spoils it. C(--hypothesis-profile=long) tries a hundred thousand in all.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.answer import AnswerState, ClientAnswer, answer_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.queries import queries
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.readings import NUMBER_TYPES, registry_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._data import load_table
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_evidence import LogFile
from ansible_collections.configmgr.tls.plugins.plugin_utils._estate.hosts import hosts_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._estate.records import Rows, estate_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.events import parse_events
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.folders import LogPlace
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.lines import message, stamp
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.search import (
    own_lines,
    read_counts,
    read_search,
    read_tail,
    searches,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.place import Place
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.steps import ChangeSet, change_steps
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.journal import NEVER_ASKED, parse_journal
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.rollback import (
    _created,
    _written,
    foreign_places,
    rollback_plan,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.manifest import parse_manifest
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.location import DEFAULT, Location
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.questions import Answers, Command, Query
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Key, KeyReading, Presence, Registry
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.undo import LAST_LINE, parse_undo

PIECES = (
    *(
        "HKEY_LOCAL_MACHINE\\SYSTEM",
        "[-",
        '"Enabled"=',
        "dword:",
        "hex(7):",
        "..\\",
        "%PATH%",
        "&",
        "|",
        "^",
        "\r\n",
        "\r",
    ),
    *(
        "#ok 3",
        "#log 0",
        "#text 999",
        "#log \u00b2",
        "#done",
        "-o",
        "{{",
        "<!ENTITY a 'b'>",
        "&#0;",
        "]]>",
        "\x00",
        "\x1b[2J",
    ),
    *("\u2028", "\ud800", "\ud800ok 3", "\u0665", "9" * 40, "=cmd|", "- - - [", "&a *a", "!!python/object:os.system"),
)


@st.composite
def spoilt(draw: st.DrawFn, text: str) -> str:
    """The text with a few characters taken out, doubled, or with pieces of a stranger in between."""
    for _edit in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(text)))
        piece = draw(st.sampled_from(PIECES) | st.text(max_size=3) | st.just(text[at : at + 12]))
        text = text[:at] + piece + text[at + draw(st.sampled_from((0, 0, 1, 3, 20))) :]
    return text


SCHANNEL = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2"
UNDO = f"""Windows Registry Editor Version 5.00
[-{SCHANNEL}]
;[{SCHANNEL}\\Client]
;"Enabled"=dword:00000001
[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319]
"SchUseStrongCrypto"=-
;"SchUseStrongCrypto"=dword:00000001
"SystemDefaultTlsVersions"=hex(1):61,00,26,00,00,00
;"SystemDefaultTlsVersions"=dword:00000001"""


@given(spoilt(UNDO))
def test_undo_files(text: str) -> None:
    undo = parse_undo([*text.split("\n"), LAST_LINE])
    if undo is None or foreign_places(undo):
        return
    there = {(value.view, value.key): KeyReading(Presence.PRESENT) for value in undo.values}
    plan = rollback_plan(Registry(there), [undo])
    assert {change.place for change in plan.changes} <= set(_written())
    assert set(plan.deleted) <= set(_created())
    if plan:
        changes = ChangeSet("r", "rollback=1", plan.changes, deleted=plan.deleted)
        try:
            steps = change_steps(Place(Location(DEFAULT), "ours", ()), NEVER_ASKED, changes)
        except ValueError:
            return
        for step in steps:
            assert not set(step.line.replace("%SystemRoot%", "")) & set("%\n\r\0\x1b")


JOURNAL = """1 job-77 enable 2026-01-01T08:00:00Z,- 2026-01-01T08:00:00Z
2 a rollback=1 -,-
3 b file=a,new -,- 2026-01-01T08:00:00Z"""


@given(spoilt(JOURNAL))
def test_journals(text: str) -> None:
    for entry in parse_journal(text.split("\n")):
        assert not set(f"{entry}{entry.backup}") & set('%"&|<>^()\r\n\0')
        assert ".." not in entry.backup.split("\\")


ANSWERS = "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\X\r\n    A    REG_DWORD    0x1\r\n#ok 0\r\nk2j3h4 1\r\ntext\r\n"
QUESTIONS = [Query(Key("SOFTWARE\\X")), Command("a", "x"), Query(Key("SOFTWARE\\Y"), sure=True)]


@given(spoilt(ANSWERS))
def test_answers(text: str) -> None:
    """No text that was decoded holds the mark, so that none answers anything."""
    decoded = text.encode("utf-8", "replace").decode()
    assert Answers.parse(QUESTIONS, decoded).answered == 0
    # With marks that are ours there may be answers, but no crash.
    Answers.parse(QUESTIONS, text.replace("k2j3h4 ", "\ud800ok "))


EVENT = """<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Schannel'/>
<EventID>36880</EventID><TimeCreated SystemTime='2026-01-01T00:00:00Z'/></System><UserData><EventXML xmlns='LSA_NS'>
<Type>server</Type><Protocol>TLS 1.0</Protocol></EventXML></UserData></Event>"""


@given(spoilt(EVENT))
def test_events(text: str) -> None:
    parse_events(text, 1_000_000)


PLACES = [LogPlace(row, "C:\\Logs") for row in load_table("log_files", LogFile)[:3]]
PLACES += [LogPlace(row, "C:\\Logs") for row in load_table("log_files", LogFile) if row.search == "names"][:1]
LOG = "1:1:#probe\r\n" + "".join(
    f"#log {number}\r\n#there\r\n#read\r\n#text 0\r\n1:12:a <![LOG[bad]LOG]!><time='08:00:00.000+000' "
    "date='01-01-2026'>\r\n"
    for number in range(len(PLACES))
)


@given(spoilt(f"{LOG}#done\r\n"))
def test_logs(text: str) -> None:
    wanted = searches(PLACES)
    for reading in read_search(wanted, text, 2):
        assert reading.state in ("read", "missing", "unreadable", "unknown")
        for line in own_lines(reading):
            message(line.text)
            stamp(line.text)
    found = read_search(wanted, f"{LOG}#done\r\n", 2)
    assert all(count is None or count >= 0 for count in read_counts(found, text, 1))
    read_tail(found, [1] * len(found), text, 1)


@given(spoilt("cm01.corp.example"), spoilt("PS1"), spoilt("SMS Management Point"), spoilt("pc1"))
def test_rows_of_the_admin_service(server: str, code: str, role: str, client: str) -> None:
    resource = {"NetworkOSPath": rf"\\{server}", "NALType": "Windows NT Server", "RoleName": role, "SiteCode": code}
    sites: list[dict[str, Any]] = [{"SiteCode": code, "Type": 2, "Version": "5.00.9122.1000", "ServerName": server}]
    rows = Rows(sites, [], [resource], clients=[{"Name": client, "SiteCode": code}])
    for host in hosts_of(estate_of(rows), (), short=False):
        assert host.name[0].isalnum() and not set(host.name) - set("abcdefghijklmnopqrstuvwxyz0123456789.-_")
        assert all(group.isascii() and group.replace("_", "").isalnum() for group in host.groups)


RESULT = (
    '<result ResultCode="0" moreResults="false"><e _i="0" Key="HKLM:\\SOFTWARE\\X" Property="A" Value="1"/></result>'
)


@given(spoilt(RESULT), st.sampled_from(NUMBER_TYPES))
def test_results_of_cmpivot(text: str, numbers: str) -> None:
    answer = answer_of({"ScriptExecutionState": 1, "ScriptExitCode": 0, "ScriptOutput": text})
    assert answer is not None
    nothing = ClientAnswer(AnswerState.NOTHING)
    registry_of({query.id: answer if number % 2 else nothing for number, query in enumerate(queries())}, numbers)


HASH = "a" * 64
MANIFEST = f"schema: 1\nfiles:\n  - package: dotnet-4.8\n    file: ndp48.exe\n    size: 10\n    sha256: {HASH}\n"


@given(spoilt(MANIFEST))
def test_manifests(text: str) -> None:
    try:
        found = parse_manifest(text, "m")
    except Failure as failure:
        assert failure.code == "bad_manifest" and failure.remedy
        return
    for file in found.values():
        assert not set(file.file) & set('/\\:*?"<>|\0') and file.file not in ("", ".", "..")
        assert len(file.sha256) == 64 and file.size > 0
