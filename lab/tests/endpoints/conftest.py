# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One lab for all tests of endpoints; each test finds every host as its image has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def contoso(begin: Any) -> Iterator[Any]:
    with begin("contoso") as lab:
        yield lab


@pytest.fixture
def running(contoso: Any) -> Any:
    contoso.client.reset()
    return contoso
