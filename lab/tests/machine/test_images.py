# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every image and product can be built and says what that Windows would say of itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

from configmgr_lab.images import BadImage, build_image, image_files, product_files
from configmgr_lab.images.loader import _check
from configmgr_lab.machine.registry import Registry
from configmgr_lab.sample import USER, sample_machine

WHOLE = sorted(name for name, layer in image_files().items() if not layer.get("abstract"))
NT = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"

# id, build, product type, .NET release, TLS 1.3 in the cipher list, wmic there
EXPECTED = [
    ("windows-7-sp1-x64", "7601", "WinNT", None, False, True),
    ("windows-7-sp1-x86", "7601", "WinNT", None, False, True),
    ("windows-8.1", "9600", "WinNT", 378675, False, True),
    ("windows-10-22h2", "19045", "WinNT", 528372, False, True),
    ("windows-11-23h2", "22631", "WinNT", 533320, True, True),
    ("windows-server-2008-r2", "7601", "ServerNT", None, False, True),
    ("windows-server-2012", "9200", "ServerNT", 378389, False, True),
    ("windows-server-2012-r2", "9600", "ServerNT", 378675, False, True),
    ("windows-server-2016", "14393", "ServerNT", 394802, False, True),
    ("windows-server-2019", "17763", "ServerNT", 461814, False, True),
    ("windows-server-2022", "20348", "ServerNT", 528449, True, True),
    ("windows-server-2025", "26100", "ServerNT", 533509, True, False),
]


def test_every_whole_image_is_expected_here() -> None:
    assert sorted(row[0] for row in EXPECTED) == WHOLE


@pytest.mark.parametrize(("image", "build", "product_type", "release", "tls13", "wmic"), EXPECTED)
def test_image(image: str, build: str, product_type: str, release: int | None, tls13: bool, wmic: bool) -> None:
    registry = Registry(build_image(image).registry, is_64bit=build_image(image).is_64bit)
    control = "HKLM\\SYSTEM\\CurrentControlSet\\Control"
    assert registry.text(NT, "CurrentBuild") == build
    assert registry.text(f"{control}\\ProductOptions", "ProductType") == product_type
    full = "HKLM\\SOFTWARE\\Microsoft\\NET Framework Setup\\NDP\\v4\\Full"
    assert registry.number(full, "Release") == release
    suites = registry.value(f"{control}\\Cryptography\\Configuration\\Local\\SSL\\00010002", "Functions")
    assert suites is not None
    assert ("TLS_AES_256_GCM_SHA384" in suites.shown()) == tls13
    old = int(build) < 10240
    ssl2 = registry.number(f"{control}\\SecurityProviders\\SCHANNEL\\Protocols\\SSL 2.0\\Client", "DisabledByDefault")
    assert ssl2 == (1 if old else None)
    assert (registry.number(NT, "UBR") is None) == old
    completed = sample_machine(image).run("wmic os get BuildNumber /value", user=USER)
    assert (completed.exit_code == 0) == wmic


@pytest.mark.parametrize("product", sorted(product_files()))
def test_product_fits_on_a_server(product: str) -> None:
    plain, with_product = build_image("windows-server-2016"), build_image("windows-server-2016", (product,))
    assert (with_product.registry, with_product.files) != (plain.registry, plain.files)
    for service in with_product.services:
        machine = sample_machine("windows-server-2016", [product])
        assert machine.run(f"sc query {service}", user=USER).exit_code == 0


def test_the_same_question_gives_the_same_image() -> None:
    assert build_image("windows-8.1", ("dotnet-4.8",)) is build_image("windows-8.1", ("dotnet-4.8",))


@pytest.mark.parametrize(
    ("image", "products", "problem"),
    [
        ("windows-95", (), "there is no such image"),
        ("common", (), "is not a whole Windows"),
        ("windows-8.1", ("word",), "there is no such product"),
    ],
)
def test_what_cannot_be_built(image: str, products: tuple[str, ...], problem: str) -> None:
    with pytest.raises(BadImage, match=problem):
        build_image(image, products)


@pytest.mark.parametrize(
    ("layer", "problem"),
    [
        ([], "is no mapping"),
        ({"title": "x"}, "sources is missing"),
        ({"title": "x", "sources": ["y"], "colour": 1}, "unknown field 'colour'"),
        ({"title": "x", "sources": ["y"], "architecture": "arm"}, "architecture"),
        ({"title": "x", "sources": ["y"], "program_factor": 0}, "program_factor"),
        ({"title": "x", "sources": ["y"], "program_factor": "slow"}, "program_factor"),
    ],
)
def test_a_wrong_layer_is_named(layer: object, problem: str) -> None:
    with pytest.raises(BadImage, match=f"image broken: .*{problem}"):
        _check("broken", layer)


def test_a_thousand_clients_fit_in_memory() -> None:
    # A process of its own: the peak of this one says nothing about the site.
    script = (
        "import resource; from configmgr_lab.site import load_site; site = load_site('contoso', clients=1000);"
        "line = 'reg add HKLM\\\\SOFTWARE\\\\X /v A /d 1 /f';"
        "[machine.run(line, user='svc-tls') for machine in site.machines.values()];"
        "print(len(site.machines), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    count, kilobytes = map(int, printed.split())
    assert count == 1017
    assert kilobytes < 200 * 1024
