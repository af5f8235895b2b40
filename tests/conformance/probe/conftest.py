# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.configmgr.tls.tests.conformance.probe.programs import KeyPair, self_signed


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("conformance")


@pytest.fixture(scope="session")
def pair(folder: Path) -> KeyPair:
    """A certificate as an internal authority issues them today."""
    return self_signed(folder, "mp1", "-sha256")


@pytest.fixture(scope="session")
def strict_policy(folder: Path) -> Path:
    """An OpenSSL configuration as hardened systems have it: nothing below TLS 1.2."""
    path = folder / "strict.cnf"
    path.write_text(
        "openssl_conf = initial\n[initial]\nssl_conf = ssl\n[ssl]\nsystem_default = policy\n"
        "[policy]\nMinProtocol = TLSv1.2\nCipherString = DEFAULT:@SECLEVEL=2\n"
    )
    return path
