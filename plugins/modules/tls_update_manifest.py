# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_update_manifest
short_description: Write the manifest of a folder of updates
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Looks for files of the catalogue's packages in a folder of the controller, by the names that Microsoft gives them,
    and writes a manifest with their sizes and SHA-256 for M(configmgr.tls.tls_update).
  - Files that belong to no package are left out.
  - Runs on the controller and asks no host.
options:
  folder:
    description: The folder with the files.
    type: path
    required: true
  files:
    description:
      - The file of a package, where its name is another one or several files match.
      - A mapping of packages to names of files in O(folder).
    type: dict
    default: {}
  path:
    description: Where to write the manifest. By default C(manifest.yml) in O(folder).
    type: path
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.changing
seealso:
  - module: configmgr.tls.tls_update
"""

EXAMPLES = r"""
- name: Describe the files
  configmgr.tls.tls_update_manifest:
    folder: /srv/updates
    files:
      wsus-2012-r2-x64: windows8.1-kb5050063-x64.msu
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
path:
  description: The manifest.
  returned: on success
  type: str
files:
  description: The files that it names.
  returned: on success
  type: list
  elements: dict
  contains:
    package:
      description: The package.
      type: str
      sample: dotnet-4.8
    file:
      description: The name of its file.
      type: str
      sample: ndp48-x86-x64-allos-enu.exe
    sha256:
      description: The SHA-256 of the file.
      type: str
    size:
      description: Its size in bytes.
      type: int
code:
  description: Stable name of the failure, V(no_source), V(ambiguous), V(no_files), V(not_written) or V(bad_argument).
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
