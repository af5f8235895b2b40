# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bill of materials: valid, about the very artefact, and with all libraries that the collection needs."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import bill_of_materials  # noqa: E402

from .test_execution_environment import requirements  # noqa: E402


def test_the_bill_names_the_artefact_and_what_it_needs(tmp_path: Path) -> None:
    artefact = tmp_path / "configmgr-tls-1.2.3.tar.gz"
    artefact.write_bytes(b"artefact")
    made: dict[str, Any] = bill_of_materials.bill(artefact)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(made)) is None
    about = made["metadata"]["component"]
    assert about["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(b"artefact").hexdigest()}]
    named = {row["name"].lower(): row["purl"] for row in made["components"]}
    assert requirements() <= set(named) and {"urllib3", "xmltodict"} <= set(named)
    assert "pytest" not in named and all("@" in purl for purl in named.values())
    assert bill_of_materials.bill(artefact) == made, "the same files give the same bill"
