# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every test has in common.

ansible-test reads none of pyproject.toml, so hypothesis is told here too: the same examples in every run and no
deadline by the clock. `pytest --hypothesis-profile=default` searches further, `--hypothesis-profile=long` much further.
"""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("long", settings.get_profile("default"), max_examples=12_500, deadline=None)


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--hypothesis-profile", default=None):
        settings.load_profile("ci")
