# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each Windows build does by default, row by row, written out here a second time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import protocols, windows_release, windows_releases

PROTOCOLS = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")
STATES = {"+": "enabled", "-": "disabled", "x": "not_supported", "?": "uncertain"}

# Build, product, then one letter per protocol for the client side and one for the server side.
DEFAULTS = [
    (6002, "server", "-++--x", "+++--x"),
    (6003, "server", "-++--x", "+++--x"),
    (7600, "client", "-++--x", "+++--x"),
    (7600, "server", "-++--x", "+++--x"),
    (7601, "client", "-++--x", "+++--x"),
    (7601, "server", "-++--x", "+++--x"),
    (9200, "client", "-++++x", "-++++x"),
    (9200, "server", "-++++x", "-++++x"),
    (9600, "client", "-++++x", "-++++x"),
    (9600, "server", "-++++x", "-++++x"),
    (10240, "client", "-++++x", "-++++x"),
    (10586, "client", "-++++x", "-++++x"),
    (14393, "client", "x-+++x", "x-+++x"),
    (14393, "server", "x-+++x", "x-+++x"),
    (15063, "client", "x-+++x", "x-+++x"),
    (16299, "client", "x-+++x", "x-+++x"),
    (17134, "client", "x-+++x", "x-+++x"),
    (17763, "client", "x-+++x", "x-+++x"),
    (17763, "server", "x-+++x", "x-+++x"),
    (18362, "client", "x-+++x", "x-+++x"),
    (18363, "client", "x-+++x", "x-+++x"),
    (19041, "client", "x-+++x", "x-+++x"),
    (19042, "client", "x-+++x", "x-+++x"),
    (19043, "client", "x-+++x", "x-+++x"),
    (19044, "client", "x-+++x", "x-+++x"),
    (19045, "client", "x-+++x", "x-+++x"),
    (20348, "server", "x-++++", "x-++++"),
    (22000, "client", "x-++++", "x-++++"),
    (22621, "client", "x-++++", "x-++++"),
    (22631, "client", "x-++++", "x-++++"),
    (26100, "server", "x-??++", "x-??++"),
    (26100, "client", "x-++++", "x-++++"),
    (26200, "client", "x-++++", "x-++++"),
    (26300, "client", "x-++++", "x-++++"),
    (28000, "client", "x-??++", "x-??++"),
    (16299, "server", "x-+++x", "x-+++x"),
    (17134, "server", "x-+++x", "x-+++x"),
    (18362, "server", "x-+++x", "x-+++x"),
    (18363, "server", "x-+++x", "x-+++x"),
    (19041, "server", "x-+++x", "x-+++x"),
    (19042, "server", "x-+++x", "x-+++x"),
    (25398, "server", "x-??++", "x-??++"),
]


@pytest.mark.parametrize(("build", "product", "client", "server"), DEFAULTS)
def test_defaults(build: int, product: str, client: str, server: str) -> None:
    release = windows_release(build, product)
    assert release is not None
    assert not release.assumed
    for protocol, client_state, server_state in zip(PROTOCOLS, client, server, strict=True):
        assert release.protocols[protocol] == {"client": STATES[client_state], "server": STATES[server_state]}


def test_no_build_is_left_out_above() -> None:
    listed = {build for build, *_rest in DEFAULTS}
    assert listed == {build for release in windows_releases() for build in release.builds}


# Build, product, id, default bits, needs the value, its update.
WINHTTP = [
    (6003, "server", "ws2008sp2", 0xA0, True, None),
    (7601, "client", "win7_ws2008r2", 0xA0, True, "KB3140245"),
    (7601, "server", "win7_ws2008r2", 0xA0, True, "KB3140245"),
    (9200, "server", "win8_ws2012", 0xA0, True, "KB3140245"),
    (9600, "server", "win81_ws2012r2", None, False, None),
    (10240, "client", "win10_1507", None, False, None),
    (10586, "client", "win10_1511", None, False, None),
    (14393, "server", "win10_1607_ws2016", None, False, None),
    (16299, "client", "win10_1703_1803", None, False, None),
    (17763, "server", "win10_1809_ws2019", None, False, None),
    (19045, "client", "win10_1903_22h2", None, False, None),
    (20348, "server", "ws2022", None, False, None),
    (22631, "client", "win11_21h2_23h2", 0x2800, False, None),
    (26100, "server", "ws2025", None, False, None),
    (26100, "client", "win11_24h2_25h2", 0x2800, False, None),
    (28000, "client", "win11_26h1", 0x2800, False, None),
]


@pytest.mark.parametrize(("build", "product", "name", "default", "needs_value", "update"), WINHTTP)
def test_winhttp(
    build: int, product: str, name: str, default: int | None, needs_value: bool, update: str | None
) -> None:
    release = windows_release(build, product)
    assert release is not None
    assert release.id == name
    winhttp = release.winhttp
    assert (winhttp.default, winhttp.needs_value, winhttp.update) == (default, needs_value, update)


@pytest.mark.parametrize(
    ("build", "product", "name"),
    [
        (17763, "server", "KB5017811"),
        (17763, "client", "KB5017811"),
        (19042, "client", "KB5017811"),
        (14393, "server", None),
        (20348, "server", None),
        (22000, "client", None),
    ],
)
def test_what_the_2022_update_closed(build: int, product: str, name: str | None) -> None:
    release = windows_release(build, product)
    assert release is not None
    assert release.winhttp.legacy_closed_by == name


@pytest.mark.parametrize(
    ("build", "product", "name"),
    [
        (9201, "server", "win8_ws2012"),
        (16300, "server", "ws_sac_1709_1803"),
        (20348, "client", "win10_1903_22h2"),
        (20349, "server", "ws2022"),
        (25399, "server", "ws_23h2"),
        (26100 + 1, "client", "win11_24h2_25h2"),
        (99999, "server", "ws2025"),
        (99999, "client", "win11_26h1"),
    ],
)
def test_an_unknown_build_gets_the_older_neighbour_and_says_so(build: int, product: str, name: str) -> None:
    release = windows_release(build, product)
    assert release is not None
    assert (release.id, release.assumed) == (name, True)
    # What may be off by now is uncertain, what is known to be off or on for long is not.
    modern = build > 20000 and name != "win10_1903_22h2"
    for side in ("client", "server"):
        states = {protocol: sides[side] for protocol, sides in release.protocols.items()}
        assert (states["TLS 1.0"], states["TLS 1.1"], states["TLS 1.2"]) == ("uncertain", "uncertain", "enabled")
        assert states["TLS 1.3"] == ("enabled" if modern else "not_supported")
        assert states["SSL 2.0"] in ("not_supported", "disabled")
    assert release.winhttp.legacy_doubtful and release.winhttp.default in (None, 0xA0)


@pytest.mark.parametrize(("build", "product"), [(6001, "server"), (6002, "client"), (2600, "client"), (0, "server")])
def test_too_old_is_not_known(build: int, product: str) -> None:
    assert windows_release(build, product) is None


@given(st.integers(min_value=0, max_value=100_000), st.sampled_from(["client", "server"]))
def test_only_known_builds_are_not_assumed(build: int, product: str) -> None:
    release = windows_release(build, product)
    if release is None:
        assert build < 7600
    else:
        assert release.product in (product, "both")
        assert release.assumed is (build not in release.builds)
        assert min(release.builds) <= build


@pytest.mark.parametrize(
    ("build", "product", "site_system", "site_system_from", "blocked_from"),
    [
        (7601, "server", "no", None, None),
        (9200, "server", "no", None, 2403),
        (9600, "server", "no", None, 2403),
        (14393, "server", "yes", None, None),
        (17763, "server", "yes", None, None),
        (20348, "server", "yes", 2107, None),
        (26100, "server", "yes", 2409, None),
    ],
)
def test_what_configmgr_supports(
    build: int, product: str, site_system: str, site_system_from: int | None, blocked_from: int | None
) -> None:
    release = windows_release(build, product)
    assert release is not None
    support = release.configmgr
    assert (support.site_system, support.site_system_from, support.site_system_blocked_from) == (
        site_system,
        site_system_from,
        blocked_from,
    )


def test_the_bits_of_winhttp() -> None:
    assert [(row.id, row.winhttp_bit, row.legacy) for row in protocols()] == [
        ("SSL 2.0", 0x8, True),
        ("SSL 3.0", 0x20, True),
        ("TLS 1.0", 0x80, True),
        ("TLS 1.1", 0x200, True),
        ("TLS 1.2", 0x800, False),
        ("TLS 1.3", 0x2000, False),
    ]
