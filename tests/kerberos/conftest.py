# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site whose machines are in a Kerberos realm, and a controller that knows the realm by its environment alone.

Names of machines are resolved by libnss_wrapper, which has to be loaded before Python is (the suite ``kerberos`` of
tools/suites.py does that): neither /etc/hosts nor /etc/krb5.conf is touched.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "integration"), str(Path(__file__).resolve().parent)]

if "libnss_wrapper" not in os.environ.get("LD_PRELOAD", ""):
    pytest.skip("needs LD_PRELOAD=libnss_wrapper.so and NSS_WRAPPER_HOSTS", allow_module_level=True)

from realm_site import kerberos_contoso, kinit, names  # noqa: E402
from support import Site, environment_of_ansible, start_lab  # noqa: E402
from warm_ansible import WarmAnsible  # noqa: E402

from configmgr_lab.control.client import LabClient  # noqa: E402


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    work = tmp_path_factory.mktemp("kerberos")
    realm = work / "lab" / "kerberos"
    os.environ |= {"KRB5_CONFIG": str(realm / "krb5.conf"), "KRB5CCNAME": f"FILE:{work / 'none'}"}
    Site.warm = WarmAnsible(environment_of_ansible(work))
    lab, client = start_lab(work / "lab", site=str(kerberos_contoso(work)))
    names(realm / "hosts")
    try:
        yield Site(work / "lab" / "inventory.yml", work, client)
    finally:
        lab.__exit__(None, None, None)
        Site.warm.close()


@pytest.fixture(autouse=True)
def how_tasks_run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through ansible-playbook for the mark ``seam``."""
    monkeypatch.setattr(Site, "whole", request.node.get_closest_marker("seam") is not None)


@pytest.fixture
def site(room: Site) -> Site:
    assert room.lab is not None
    room.lab.reset()
    room.lab.clear_counters()
    return room


@pytest.fixture
def lab(site: Site) -> LabClient:
    assert site.lab is not None
    return site.lab


@pytest.fixture
def ticket(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ticket of the administrator, in a cache of its own."""
    cache = tmp_path / "cache"
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{cache}")
    row = next(iter(site.variables.values()))
    kinit(row["ansible_user"], row["ansible_password"])
    return cache
