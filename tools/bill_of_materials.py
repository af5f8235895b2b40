# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bill of materials beside the artefact: CycloneDX, made by cyclonedx-py and validated by it.

It names the artefact with its SHA-256, and the Python libraries that the collection uses on a controller
(meta/ee-requirements.txt, with all that these need) in the versions of requirements/constraints.txt, which the tests
ran with. The artefact itself holds none of them.

Used as:

    python tools/bill_of_materials.py build/configmgr-tls-1.0.0.tar.gz
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    artefact = Path(sys.argv[1])
    file = artefact.with_name(artefact.name.removesuffix(".tar.gz") + ".cdx.json")
    file.write_text(json.dumps(bill(artefact), indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(file)
    return 0


def bill(artefact: Path) -> dict[str, object]:
    """The document of these libraries, with the artefact as what it is about."""
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "--output-reproducible", "-"]
    made = subprocess.run(command, input="\n".join(pinned()), capture_output=True, text=True, check=True)
    document: dict[str, object] = json.loads(made.stdout)
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    component = {
        "type": "library",
        "bom-ref": "root-component",
        "group": galaxy["namespace"],
        "name": galaxy["name"],
        "version": str(galaxy["version"]),
        "licenses": [{"license": {"id": name}} for name in galaxy["license"]],
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(artefact.read_bytes()).hexdigest()}],
    }
    metadata = document["metadata"]
    assert isinstance(metadata, dict)
    return {**document, "metadata": {**metadata, "component": component}}


def pinned() -> list[str]:
    """The lines of constraints.txt that the collection needs at run time."""
    lines = (ROOT / "requirements" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {canonicalize_name(line.partition("==")[0]): line for line in lines if "==" in line}
    wanted = (ROOT / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    named = [Requirement(line) for line in wanted if line and not line.startswith("#")]
    return sorted(pins[name] for name in set(_closure({canonicalize_name(row.name) for row in named})))


def _closure(names: set[NormalizedName]) -> Iterator[NormalizedName]:
    """The libraries and what they need, as this environment has them."""
    seen: set[NormalizedName] = set()
    while names:
        name = names.pop()
        seen.add(name)
        yield name
        needed = [Requirement(line) for line in requires(name) or ()]
        here = [row for row in needed if row.marker is None or row.marker.evaluate({"extra": ""})]
        names |= {canonicalize_name(row.name) for row in here} - seen


if __name__ == "__main__":
    sys.exit(main())
