# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the sample scripts of the guide anew."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.items import BaselineSpec
from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.script import Deployment, baseline_script
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import COMPONENTS, LEGACY_PROTOCOLS

if __name__ == "__main__":
    folder = Path(__file__).resolve().parents[5] / "docs" / "baselines"
    folder.mkdir(exist_ok=True)
    for stage in ("enable", "disable"):
        for back in (False, True):
            script = baseline_script(
                "PS1", BaselineSpec(stage, COMPONENTS, LEGACY_PROTOCOLS, back), Deployment("PS100021", True)
            )
            (folder / f"{stage}{'_back' if back else ''}.ps1").write_bytes(script.text.encode())
