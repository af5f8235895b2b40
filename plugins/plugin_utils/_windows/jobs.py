# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job on a machine: one command that runs as SYSTEM by the task scheduler and leaves its exit code in a file.

Everything lies in a folder below %SystemRoot%, where only administrators may write: nothing can be put in the place of
a file between its check and its use. The folder C(job) in it is the lock: whoever makes it may start a job, and while
it is there every later run waits for that job. The scheduler is asked by numbers, which no language of Windows changes:
267009 in the column of the last result is "still running".
"""

from __future__ import annotations

import contextlib
import csv
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .apply import echo_line
from .command import UnsafeText, quoted
from .questions import Command, Query
from .registry import Key, Presence, Registry, View
from .snapshot import SQL_SERVER

__all__ = [
    "FOLDER",
    "Job",
    "JobState",
    "NOT_YET",
    "RUNNING",
    "Workshop",
    "cluster_questions",
    "free_bytes",
    "hash_command",
    "hotfix_question",
    "job_questions",
    "may_be_clustered",
    "parse_hash",
    "parse_job",
    "runtime_questions",
    "runtime_version",
    "runtimes",
    "space_question",
    "system_root",
]

FOLDER = "configmgr.tls.updates"
TASK = "configmgr.tls update"
# Results of the scheduler itself: SCHED_S_TASK_RUNNING and SCHED_S_TASK_HAS_NOT_RUN.
RUNNING, NOT_YET = 267009, 267011
_LAST_RESULT_COLUMN = 6
_TASK_QUERY = f'schtasks /query /tn "{TASK}" /fo csv /v /nh'
_BOOT = re.compile(r"[0-9A-Za-z:.,+?-]{1,120}")
_ROOT = re.compile(r"[A-Za-z]:\\[A-Za-z0-9 _.-]{1,60}")
_SUBJECT = re.compile(r"(install|fetch) [a-z0-9][a-z0-9.-]{0,39}")
_EXIT = re.compile(r"exit=(-?[0-9]{1,10})\s*")
_HASH = re.compile(r"(?:[0-9a-fA-F]{2} ?){32}")
_BYTES = re.compile(r":\s*([0-9][0-9.,'\u2019\s\u00a0\u202f]*)")
_PACKAGES = Key(r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages")
_RUNTIMES = Key(r"SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes")

# schtasks takes plain ANSI, but no declaration of an encoding that is another one, and no UTF-8 with a mark
# (reported in https://github.com/fatso83/vmware-auto-suspend/issues/8). What echo writes is ANSI.
_TASK_XML = (
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    '<Principals><Principal id="Author"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal>'
    "</Principals>",
    # A task that schtasks makes of arguments alone would not run on a laptop without mains.
    "<Settings><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>"
    "<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>"
    "<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>"
    "<ExecutionTimeLimit>PT{seconds}S</ExecutionTimeLimit><Priority>6</Priority></Settings>",
    '<Actions Context="Author"><Exec><Command>{root}\\System32\\cmd.exe</Command>'
    '<Arguments>/d /v:on /c "{script}"</Arguments></Exec></Actions>',
    "</Task>",
)


@dataclass(frozen=True)
class Job:
    """A command line that Windows runs as a scheduled task.

    ``subject``: C(install ID) or C(fetch ID); ``command``: the line that does it; ``seconds``: when Windows ends it.

    ``boot``: what tells the uptime in which it was started.
    """

    subject: str
    command: str
    seconds: int
    boot: str


@dataclass(frozen=True)
class JobState:
    """What is seen of a job: ``subject`` and ``boot`` as it was started, what the scheduler says of it (None when it
    does not know it), and its exit code if it ended.
    """

    subject: str
    boot: str
    last_result: int | None
    exit_code: int | None

    @property
    def is_alive(self) -> bool:
        return self.exit_code is None and self.last_result in (RUNNING, NOT_YET)

    @property
    def has_ended(self) -> bool:
        """Whether that was told: a scheduler that says nothing tells neither this nor that it is alive."""
        return self.exit_code is not None or self.last_result not in (None, RUNNING, NOT_YET)


@dataclass(frozen=True)
class Workshop:
    """The folder on a machine, below ``root`` (C:\\Windows)."""

    root: str

    def __post_init__(self) -> None:
        if not _ROOT.fullmatch(self.root):
            raise ValueError(f"{self.root!r} is not where Windows is installed")

    @property
    def folder(self) -> str:
        return rf"{self.root}\{FOLDER}"

    def file(self, name: str) -> str:
        return rf"{self.folder}\{name}"

    def program(self, template: str) -> str:
        return template.replace("%SystemRoot%", self.root)

    def start_line(self, job: Job) -> str:
        """Takes the lock, writes the job and starts it. Marker 0: it is registered; marker 1: it was started."""
        if not _SUBJECT.fullmatch(job.subject) or not _BOOT.fullmatch(job.boot):
            raise ValueError(f"{job.subject!r} or {job.boot!r} cannot name a job")
        folder, script, task = self.file("job"), self.file(r"job\job.cmd"), self.file(r"job\job.xml")
        running = self.file(r"job\running.txt")
        lines = (
            "@echo off",
            f"cd /d {quoted(folder)}",
            f"{job.command} >installer.txt 2>&1",
            "(echo exit=!errorlevel!)>exit.new",
            "move /y exit.new exit.txt >nul",
        )
        texts = {"root": self.root, "script": script, "seconds": str(int(job.seconds))}
        xml = [_filled(line, texts) for line in _TASK_XML]
        # Only an empty folder is removed by rd: one that a controller left between two steps.
        steps = (
            f"mkdir {quoted(folder)}",
            f"({echo_line(f'{job.subject};{job.boot}')})>{quoted(running)}",
            f"({'&'.join(map(echo_line, lines))})>{quoted(script)}",
            f"({'&'.join(map(echo_line, xml))})>{quoted(task)}",
            f"schtasks /create /tn {quoted(TASK)} /xml {quoted(task)} /f>nul",
            "echo #ok 0",
            f"schtasks /run /tn {quoted(TASK)}>nul",
            "echo #ok 1",
        )
        return f"(rd {quoted(folder)}&{'&&'.join(steps)})2>nul"

    def make_line(self) -> str:
        """Makes the folder; marker 0 when it is there."""
        return f"(mkdir {quoted(self.folder)}&if exist {quoted(self.folder)} echo #ok 0)2>nul"

    def end_job_line(self) -> str:
        """Removes the task and the job's files, and with them the lock."""
        return f"(schtasks /delete /tn {quoted(TASK)} /f>nul&rd /s /q {quoted(self.file('job'))})2>nul"

    def clear_line(self) -> str:
        """Removes everything of ours; marker 0 when the folder is gone."""
        folder = quoted(self.folder)
        return f"(schtasks /delete /tn {quoted(TASK)} /f>nul&rd /s /q {folder}&if not exist {folder} echo #ok 0)2>nul"


def _filled(line: str, texts: Mapping[str, str]) -> str:
    for name, text in texts.items():
        line = line.replace("{" + name + "}", text)
    return line


def job_questions() -> list[Query | Command]:
    """Asked before the folder of a machine is known. The scheduler comes before the exit code: a job that is no longer
    running has left it by then.
    """
    job = rf"%SystemRoot%\{FOLDER}\job"
    return [
        Command("root", "echo %SystemRoot%"),
        Command("folder", rf'(if exist "%SystemRoot%\{FOLDER}" echo #there)', always=True),
        Command("running", rf'type "{job}\running.txt"'),
        # Without a lock there is no job of ours, and one that left its exit code has ended.
        Command("task", f'(if exist "{job}" if not exist "{job}\\exit.txt" {_TASK_QUERY})', always=True),
        Command("exit", rf'type "{job}\exit.txt"'),
    ]


def space_question() -> Command:
    return Command("space", "fsutil volume diskfree %SystemDrive%", always=True)


def system_root(commands: Mapping[str, Sequence[str]]) -> Workshop | None:
    """The machine's folder, when it tells a place that can be one."""
    text = "".join(commands.get("root", ())).strip()
    return Workshop(text) if _ROOT.fullmatch(text) else None


def parse_job(commands: Mapping[str, Sequence[str]]) -> JobState | None:
    """The job of a machine, from the answers to job_questions; None when there is none."""
    subject, _separator, boot = "".join(commands.get("running", ())).strip().partition(";")
    if not _SUBJECT.fullmatch(subject):
        return None
    found = _EXIT.fullmatch("".join(commands.get("exit", ())))
    return JobState(subject, boot.strip(), _last_result(commands.get("task", ())), int(found[1]) if found else None)


def _last_result(lines: Sequence[str]) -> int | None:
    for row in csv.reader(line for line in lines if line.strip()):
        if len(row) > _LAST_RESULT_COLUMN and re.fullmatch(r"-?[0-9]+", row[_LAST_RESULT_COLUMN].strip()):
            return int(row[_LAST_RESULT_COLUMN])
    return None


def hash_command(path: str) -> str:
    return f"certutil -hashfile {quoted(path)} SHA256"


def parse_hash(lines: Sequence[str]) -> str | None:
    """The SHA-256 that certutil printed: with blanks before Windows 10, without later."""
    for line in lines:
        if _HASH.fullmatch(line.strip()):
            return line.replace(" ", "").strip().lower()
    return None


def free_bytes(lines: Sequence[str]) -> int | None:
    """The first number that fsutil prints: free bytes, in later versions grouped and with a rounded number behind."""
    for line in lines:
        found = _BYTES.search(line.partition("(")[0])
        if found:
            return int(re.sub(r"\D", "", found[1]))
    return None


def hotfix_question(update: str) -> Command:
    """Answered when Windows lists the update (KB3154518) as installed."""
    return Command(update, f"reg query {quoted(_PACKAGES.short)} /f {quoted(update)} /k>nul")


def runtime_questions() -> list[Query]:
    """The versions of the Visual C++ runtime, a key for each architecture; the 64-bit one is noted in either view."""
    return [Query(_RUNTIMES, view, "Version", tree=True) for view in (View.NATIVE, View.WOW)]


def runtimes(registry: Registry) -> dict[str, str]:
    """The version of each architecture (x64, x86), from the answers to runtime_questions."""
    found: dict[str, str] = {}
    for name, view in itertools.product(("x64", "x86"), (View.NATIVE, View.WOW)):
        value = registry.key(_RUNTIMES.child(name), view).value("Version")
        if text := runtime_version(str(value.data) if value else None):
            found.setdefault(name, text)
    return found


def cluster_questions(instances: Iterable[tuple[str, View]]) -> list[Query]:
    """The keys of instances of SQL Server, by name and view: that of a failover cluster lists a key Cluster. No page of
    Microsoft's says so; it is where administrators' scripts (Get-SQLInstance) look.
    """
    asked = []
    for name, view in instances:
        # A name that no line can hold leaves it not known.
        with contextlib.suppress(UnsafeText):
            quoted(name)
            asked.append(Query(SQL_SERVER.child(name), view))
    return asked


def may_be_clustered(registry: Registry, instance: str, view: View) -> bool:
    """From the answers to cluster_questions: False only where the instance's key was read and lists no key Cluster."""
    return registry.key(SQL_SERVER.child(rf"{instance}\Cluster"), view).presence is not Presence.ABSENT


def runtime_version(registry_value: str | None) -> str | None:
    """C(v14.40.33810.00) as a version number."""
    text = (registry_value or "").strip().lstrip("vV")
    return text if re.fullmatch(r"[0-9]+(\.[0-9]+){1,3}", text) else None
