# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A WinRM service that answers as it is told, and the stock connection plugins pointed at it."""

from __future__ import annotations

import base64
import contextlib
import datetime
import ipaddress
import re
import socket
import ssl
import threading
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "vagrant", "s3cret & more"

ENVELOPE = (
    "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'"
    " xmlns:a='http://schemas.xmlsoap.org/ws/2004/08/addressing'"
    " xmlns:x='http://schemas.xmlsoap.org/ws/2004/09/transfer'"
    " xmlns:w='http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd'"
    " xmlns:rsp='http://schemas.microsoft.com/wbem/wsman/1/windows/shell'>"
    "<s:Header><a:RelatesTo>{relates}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
)
CREATED = (
    "<x:ResourceCreated><a:ReferenceParameters><w:SelectorSet><w:Selector Name='ShellId'>{shell}</w:Selector>"
    "</w:SelectorSet></a:ReferenceParameters></x:ResourceCreated><rsp:Shell><rsp:ShellId>{shell}</rsp:ShellId></rsp:Shell>"
)
STATE = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/"


def fault(code: int, subcode: str = "InternalError") -> str:
    return (
        f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:{subcode}</s:Value></s:Subcode></s:Code>"
        "<s:Reason><s:Text>ein Fehler</s:Text></s:Reason><s:Detail>"
        f"<f:WSManFault xmlns:f='http://schemas.microsoft.com/wbem/wsman/1/wsmanfault' Code='{code}' Machine='h'>"
        "<f:Message>ein Fehler</f:Message></f:WSManFault></s:Detail></s:Fault>"
    )


def wmi_fault(code: int) -> str:
    return (
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>w:QuotaLimit</s:Value></s:Subcode></s:Code>"
        "<s:Reason><s:Text>zu viele</s:Text></s:Reason><s:Detail>"
        "<p:MSFT_WmiError xmlns:p='http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError'>"
        f"<p:error_Code>{code}</p:error_Code></p:MSFT_WmiError></s:Detail></s:Fault>"
    )


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service

    def setup(self) -> None:
        # The handshake belongs here: in accept a slow client would hold up all others.
        if self.service.context is not None:
            self.request = self.service.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()  # the server knows only the socket without TLS

    def log_message(self, *args: object) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        message = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        action = re.search(r"Action[^>]*>[^<]*/(\w+)<", message)
        name = action.group(1) if action else "Empty"
        self.service.requests.append(name)
        self.service.messages.append(message)
        expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != expected:
            self.reply(401)
            return
        planned = self.service.plan.get(name)
        step = planned.popleft() if planned else None
        if step == "drop":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif step == "endless":
            self.pour()
        elif isinstance(step, int):
            self.reply(step)
        else:
            match = re.search(r"MessageID[^>]*>([^<]+)<", message)
            body = step if step is not None else self.service.answer(name, message)
            status = 500 if "<s:Fault>" in body else 200
            self.reply(status, ENVELOPE.format(relates=match.group(1) if match else "", body=body))

    def pour(self) -> None:
        self.close_connection = True
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(bytes(64 * 1024))

    def reply(self, status: int, text: str = "") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/soap+xml;charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="WSMAN"')
        self.end_headers()
        self.wfile.write(body)


class Service:
    """plan: per action the next answers (a status, a body, "drop", "endless"); what is not planned is answered well."""

    def __init__(self, context: ssl.SSLContext | None, ca: Path) -> None:
        self.context = context
        self.ca = ca
        self.requests: list[str] = []
        self.messages: list[str] = []
        self.lines: list[str] = []
        self.plan: dict[str, deque[int | str]] = {}
        self.output = b"#ok 1\r\n"
        handler = type("BoundHandler", (Handler,), {"service": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def answer(self, name: str, message: str) -> str:
        if name == "Create":
            return CREATED.format(shell=str(uuid.uuid4()).upper())
        if name == "Command":
            line = re.search(r"<rsp:Command>(.*?)</rsp:Command>", message, re.DOTALL)
            self.lines.append(line.group(1) if line else "")
            return "<rsp:CommandResponse><rsp:CommandId>C-1</rsp:CommandId></rsp:CommandResponse>"
        if name == "Receive":
            text = base64.b64encode(self.output).decode()
            return (
                f"<rsp:ReceiveResponse><rsp:Stream Name='stdout' CommandId='C-1'>{text}</rsp:Stream>"
                f"<rsp:CommandState CommandId='C-1' State='{STATE}Done'><rsp:ExitCode>3</rsp:ExitCode>"
                "</rsp:CommandState>"
                "</rsp:ReceiveResponse>"
            )
        return "<rsp:SignalResponse/>" if name == "Signal" else ""

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def certificate(folder: Path, *, address: str = "127.0.0.1", days: int = 1) -> tuple[Path, Path]:
    """A self-signed certificate and its key, valid until that many days from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test host")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=10))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_file, key_file


@pytest.fixture
def make_service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    services: list[Service] = []

    def make(*, tls: bool = True, maximum: ssl.TLSVersion | None = None, **settings: Any) -> Service:
        cert_file, key_file = certificate(tmp_path / str(len(services)), **settings)
        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(cert_file, key_file)
            if maximum is not None:
                context.set_ciphers("ALL:@SECLEVEL=0")
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DeprecationWarning)  # the old protocol is the point
                    context.minimum_version = ssl.TLSVersion.TLSv1
                    context.maximum_version = maximum
        services.append(Service(context, cert_file))
        return services[-1]

    yield make
    for service in services:
        service.close()


@pytest.fixture
def service(make_service: Callable[..., Service]) -> Service:
    return make_service()


@pytest.fixture
def connect() -> Callable[..., Any]:
    """The stock connection plugin of that name, set up as an inventory would."""

    def make(name: str, service: Service | None = None, **variables: Any) -> Any:
        defaults: dict[str, Any] = {"ansible_user": USER, "ansible_password": PASSWORD, "ansible_host": "127.0.0.1"}
        if service is not None:
            defaults["ansible_port"] = service.port
            defaults.update(
                {
                    "ansible_winrm_ca_trust_path": str(service.ca),
                    "ansible_winrm_transport": ["basic"],
                    "ansible_psrp_ca_cert": str(service.ca),
                    "ansible_psrp_auth": "basic",
                }
            )
        values = {key: value for key, value in {**defaults, **variables}.items() if value is not None}
        connection = connection_loader.get(name, PlayContext())
        extras = {key: value for key, value in values.items() if key.startswith("ansible_winrm_")}
        connection.set_options(var_options={**values, "_extras": extras})
        return connection

    return make


@pytest.fixture
def plugin_variables() -> set[str]:
    """The names of all variables that the two stock plugins read."""
    from ansible import constants

    names: set[str] = set()
    for name in ("winrm", "psrp"):
        plugin = connection_loader.get(name, PlayContext())
        definitions = constants.config.get_configuration_definitions("connection", plugin._load_name)
        names.update(entry["name"] for option in definitions.values() for entry in option.get("vars", ()))
    return names


@pytest.fixture
def soap_faults() -> dict[str, str]:
    """Bodies of the faults that Windows answers with."""
    return {
        "quota_shells": wmi_fault(2150859173),
        "quota_operations": wmi_fault(2150859174),
        "shell_gone": fault(2150858843, "InvalidSelectors"),
        "time_out": fault(2150858793, "TimedOut"),
        "access_denied": fault(5, "AccessDenied"),
        "other": fault(87, "InvalidParameter"),
    }
