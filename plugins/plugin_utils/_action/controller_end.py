# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller itself offers when it connects to WinRM over HTTPS, asked of its own OpenSSL.

The libraries behind C(winrm) and C(psrp) leave protocols from TLS 1.2 on and the suites to it; whether they offer older
protocols depends on their versions.
"""

from __future__ import annotations

import ssl

from .._data import cipher_suites
from .._tls.forecast import Controller

__all__ = ["controller_end"]

_ASKED = {"TLS 1.2": ssl.TLSVersion.TLSv1_2, "TLS 1.3": ssl.TLSVersion.TLSv1_3}


def controller_end() -> Controller:
    """Protocols and suites, encoded as in the facts of hosts."""
    context = ssl.create_default_context()
    least, most = context.minimum_version, context.maximum_version
    sure = [
        name
        for name, version in _ASKED.items()
        if (least is ssl.TLSVersion.MINIMUM_SUPPORTED or least <= version)
        and (most is ssl.TLSVersion.MAXIMUM_SUPPORTED or version <= most)
    ]
    known = {row.number for row in cipher_suites()}
    numbers = [cipher["id"] & 0xFFFF for cipher in context.get_ciphers()]
    return Controller(("?TLS 1.0", "?TLS 1.1", *sure), [f"{number:04x}" for number in numbers if number in known])
