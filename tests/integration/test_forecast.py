# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forecast against handshakes: random settings on many builds, and what two ends of the lab then agree on.

The lab's side of a handshake is written independently of the collection. Where the forecast is certain, the two have to
agree; how often it is certain is counted, so that it cannot hide behind not knowing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support import Site, start_lab

from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.visit import read_machine
from ansible_collections.configmgr.tls.plugins.plugin_utils._marks import draw, heard, said
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.audit import audit
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.facts import facts
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.forecast import forecast
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.location import DEFAULT, Location
from configmgr_lab.control.client import LabClient

pytestmark = pytest.mark.slow
ROUNDS = 18
MOST_DOUBTS = 0.4
SITES = ("contoso", "fabrikam")
SCHANNEL = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"
WINHTTP = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp"
NET4 = r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
SUITES = r"HKLM\SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002"
ALGORITHMS = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
# Lists with a suite in common, one of them without any for TLS 1.0, one for TLS 1.3 only, one as old Windows spells
# them, one with a blank, one that no server has a certificate for.
SUITE_LISTS = (
    "TLS_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384_P256,TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256_P256,TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_DHE_DSS_WITH_AES_256_CBC_SHA256",
)
SINGLE = (
    r"Ciphers\AES 128/128", r"Ciphers\AES 256/256", r"Ciphers\Triple DES 168", r"Ciphers\RC4 128/128", r"Hashes\MD5",
    r"Hashes\SHA", r"Hashes\SHA256", r"Hashes\SHA384", r"KeyExchangeAlgorithms\Diffie-Hellman",
    r"KeyExchangeAlgorithms\ECDH", r"KeyExchangeAlgorithms\PKCS",
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """One registry value; ``kind`` other than REG_DWORD where Windows would not look at it."""

    path: str
    name: str
    data: Any
    kind: str = "REG_DWORD"
    view: str = "64"

    @property
    def place(self) -> tuple[str, str, str]:
        return (self.path, self.name, self.view)


def dwords(path: str, name: str, *numbers: int, views: tuple[str, ...] = ("64",)) -> st.SearchStrategy[Written]:
    return st.builds(
        lambda data, view: Written(path, name, data, view=view), st.sampled_from(numbers), st.sampled_from(views)
    )


def schannel() -> st.SearchStrategy[Written]:
    protocols = st.sampled_from(["SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"])
    return st.builds(
        lambda protocol, side, name, data: Written(
            rf"{SCHANNEL}\{protocol}\{side}",
            name,
            str(data) if data == 7 else data,
            "REG_SZ" if data == 7 else "REG_DWORD",
        ),
        protocols,
        st.sampled_from(["Client", "Server"]),
        st.sampled_from(["Enabled", "DisabledByDefault"]),
        st.sampled_from([0, 0, 1, 1, 0xFFFFFFFF, 7]),
    )


VIEWS = ("64", "32")
VALUES = st.one_of(
    schannel(),
    dwords(WINHTTP, "DefaultSecureProtocols", 0x80, 0xA0, 0x800, 0xA00, 0xAA0, 0x2800, views=VIEWS),
    dwords(NET4, "SystemDefaultTlsVersions", 0, 1, 1, views=VIEWS),
    dwords(NET4, "SchUseStrongCrypto", 0, 1, 1, views=VIEWS),
    st.builds(
        lambda text, kind: Written(SUITES, "Functions", text if kind == "REG_SZ" else text.split(","), kind),
        st.sampled_from(SUITE_LISTS),
        st.sampled_from(["REG_SZ", "REG_SZ", "REG_MULTI_SZ"]),
    ),
    st.builds(
        lambda key, number: Written(rf"{ALGORITHMS}\{key}", "Enabled", number),
        st.sampled_from(SINGLE),
        st.sampled_from([0, 0, 1, 0xFFFFFFFF]),
    ),
)
# A machine: some values, and whether its updates are installed.
MACHINE = st.tuples(st.lists(VALUES, max_size=8, unique_by=lambda value: value.place), st.booleans())


@pytest.fixture(scope="module", params=SITES)
def talking(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    work = tmp_path_factory.mktemp("talking")
    lab, client = start_lab(work / "lab", site=request.param)
    try:
        yield Site(work / "lab" / "inventory.yml", work, client)
    finally:
        lab.__exit__(None, None, None)


class Console:
    """A session of ours on the machine's own console."""

    def __init__(self, lab: LabClient, host: str) -> None:
        self._lab, self._host = lab, host

    def run(self, line: str, **_how: Any) -> Any:
        word = draw()
        answer = self._lab.run(self._host, said(line, word))
        return type("Answer", (), {**answer, "stdout": heard(answer["stdout"], word)})


def prepare(lab: LabClient, host: str, values: list[Written], updated: bool) -> None:
    if updated:
        lab.install(host)
    for value in values:
        if value.view == "64" or "x86" not in lab.image(host).get("architecture", ""):
            lab.set_value(host, value.path, value.name, value.data, type=value.kind, view=value.view)
    before = lab.restarts(host)
    lab.restart(host)
    assert lab.wait_for_power(host, up=True, restarts=before + 1)


def facts_of(lab: LabClient, host: str, roles: list[str]) -> dict[str, Any]:
    visit = read_machine(Console(lab, host), Location(DEFAULT))
    return facts(visit.state, visit.enabled_state(), roles, audit(visit.state, roles))


def test_what_is_certain_is_what_the_handshakes_agree_on(talking: Site) -> None:
    lab, hosts = talking.lab, talking.hosts
    assert lab is not None
    roles = {host: [group for group, members in talking.groups.items() if host in members] for host in hosts}
    counted: Counter[str] = Counter()
    differing: list[str] = []

    @settings(
        max_examples=ROUNDS,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(st.lists(MACHINE, min_size=len(hosts), max_size=len(hosts)))
    def one_round(machines: list[tuple[list[Written], bool]]) -> None:
        lab.reset()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda given: prepare(lab, given[0], *given[1]), zip(hosts, machines, strict=True)))
            known = dict(zip(hosts, pool.map(lambda host: facts_of(lab, host, roles[host]), hosts), strict=True))
        counted["states"] += len(hosts)
        predicted = {
            (row.conversation.id, caller, callee): row.stages["now"]
            for row in forecast(known, LEGACY_PROTOCOLS).rows
            for caller in row.caller.hosts
            for callee in row.callee.hosts
        }
        for row in lab.talk(count=False)["conversations"]:
            expected = predicted[row["id"], row["caller"], row["callee"]]
            seen = row["protocol"] if row["state"] == "ok" else "broken"
            certain = expected.works is False or expected.protocol is not None
            counted["certain" if certain else "uncertain"] += 1
            if certain and str(expected) != seen:
                stacks = [known[row[end]]["stacks"] for end in ("caller", "callee")]
                differing.append(f"{row['id']}: {expected}, seen {seen} ({row['text']}) {row['caller']} {stacks}")

    one_round()
    print(
        f"\n{counted['states']} states, {counted['certain']} of {counted.total() - counted['states']} forecasts certain"
    )
    assert not differing, "\n".join(differing)
    assert counted["uncertain"] < MOST_DOUBTS * (counted["certain"] + counted["uncertain"])
