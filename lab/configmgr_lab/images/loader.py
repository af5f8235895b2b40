# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the YAML layers of a Windows version and its products to one shared image."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ..machine.files import Entry, FileSystem
from ..machine.image import Image
from ..machine.registry import BadPath, Registry, View
from ..machine.services import SERVICES_KEY
from ..machine.values import RegistryType, Value

_FIELDS = {
    "title", "inherits", "architecture", "build", "abstract", "sources", "registry", "registry_32", "registry_both",
    "services", "files", "environment", "without", "program_factor",
}  # fmt: skip
_SERVICE_FIELDS = {"display", "start", "state", "type", "path", "account", "needs"}
_STARTS = {"auto": (2, False), "delayed-auto": (2, True), "demand": (3, False), "disabled": (4, False)}
# Source: Microsoft's IIS support team, "Troubleshooting SSL related issues (server certificate)".
_HTTP = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters"
_VARIABLE = re.compile(
    r"\{(site_code|parent_site_code|assigned_site_code|version|site_server|database_server|domain)\}"
)

MOST_FACTOR = 20

Layer = dict[str, Any]


class BadImage(ValueError):
    """A layer is wrong; the message names the layer, the place and the problem."""

    def __init__(self, layer: str, problem: str) -> None:
        super().__init__(f"image {layer}: {problem}")


def image_files() -> dict[str, Layer]:
    """Every Windows version by its id, abstract ones included. Raises BadImage."""
    return _layers("")


def product_files() -> dict[str, Layer]:
    """Every product by its id. Raises BadImage."""
    return _layers("products")


def build_image(
    image: str,
    products: tuple[str, ...] = (),
    variables: Mapping[str, str] | None = None,
    bound: tuple[int, ...] = (),
) -> Image:
    """The image of a Windows version with products on it; the same object for the same question. Raises BadImage.

    `bound`: the ports to which http.sys has a certificate bound.
    """
    return _built(image, products, tuple(sorted((variables or {}).items())), bound)


def install_product(product: str, registry: Registry, file_system: FileSystem) -> None:
    """Put a product's registry and files on a machine that runs. Raises BadImage; services are left as they are."""
    ((name, layer),) = _product_lines((product,))
    _apply_registry(name, layer, registry, {})
    entries: dict[str, Entry] = {}
    _apply_files(name, layer, entries, {})
    file_system.put(entries.values())
    # Files alone change what a machine can do as well.
    registry.generation += 1


@cache
def _layers(folder: str) -> dict[str, Layer]:
    place = files("configmgr_lab.images")
    place = place / folder if folder else place
    found: dict[str, Layer] = {}
    for item in sorted(place.iterdir(), key=lambda each: each.name):
        if item.name.endswith(".yml"):
            name = item.name.removesuffix(".yml")
            layer = yaml.safe_load(item.read_text(encoding="utf-8"))
            _check(name, layer)
            found[name] = layer
    return found


def _check(name: str, layer: object) -> None:
    if not isinstance(layer, dict):
        raise BadImage(name, "is no mapping")
    unknown = set(layer) - _FIELDS
    if unknown:
        raise BadImage(name, f"unknown field {sorted(unknown)[0]!r}")
    for field in ("title", "sources"):
        if not layer.get(field):
            raise BadImage(name, f"{field} is missing")
    factor = layer.get("program_factor", 1.0)
    if not isinstance(factor, int | float) or not 0 < factor <= MOST_FACTOR:
        raise BadImage(name, f"program_factor {factor!r} is no number up to {MOST_FACTOR}")
    if layer.get("architecture") not in (None, "x64", "x86"):
        raise BadImage(name, f"architecture {layer['architecture']!r} is neither x64 nor x86")


@cache
def _built(
    image: str, products: tuple[str, ...], variables: tuple[tuple[str, str], ...], bound: tuple[int, ...]
) -> Image:
    layers = [*_line(image), *_product_lines(products)]
    top = image_files().get(image, {})
    merged: Layer = {}
    for _, layer in layers:
        merged.update({field: layer[field] for field in ("architecture", "build", "program_factor") if field in layer})
    if top.get("abstract") or "architecture" not in merged or "build" not in merged:
        raise BadImage(image, "is not a whole Windows: architecture or build is missing, or it is abstract")
    texts = dict(variables)
    registry = Registry({}, is_64bit=merged["architecture"] == "x64")
    services: dict[str, bool] = {}
    entries: dict[str, Entry] = {}
    environment: dict[str, str] = {}
    without: set[str] = set()
    for name, layer in layers:
        _apply_registry(name, layer, registry, texts)
        _apply_services(name, layer, registry, services)
        _apply_files(name, layer, entries, texts)
        environment.update({key: str(text) for key, text in (layer.get("environment") or {}).items()})
        without.update(layer.get("without") or ())
    _bind(registry, bound)
    return Image(
        id="+".join((image, *products)),
        title=str(top["title"]),
        is_64bit=registry.is_64bit,
        build=int(merged["build"]),
        registry=registry.as_image(),
        services=services,
        files=entries,
        environment=environment,
        without=frozenset(without),
        program_factor=float(merged.get("program_factor", 1.0)),
    )


def _line(image: str, seen: tuple[str, ...] = ()) -> list[tuple[str, Layer]]:
    """The layers of a Windows version, the one at the bottom first."""
    if image not in image_files():
        raise BadImage(image, f"there is no such image; known are {', '.join(sorted(image_files()))}")
    if image in seen:
        raise BadImage(image, "inherits itself")
    layer = image_files()[image]
    below = [each for parent in layer.get("inherits") or () for each in _line(parent, (*seen, image))]
    return [*below, (image, layer)]


def _product_lines(products: tuple[str, ...]) -> Iterator[tuple[str, Layer]]:
    for product in products:
        if product not in product_files():
            raise BadImage(product, f"there is no such product; known are {', '.join(sorted(product_files()))}")
        yield product, product_files()[product]


def _apply_registry(name: str, layer: Layer, registry: Registry, texts: Mapping[str, str]) -> None:
    both = (View.BIT64, View.BIT32) if registry.is_64bit else (View.BIT64,)
    sections = {"registry": (View.BIT64,), "registry_32": (View.BIT32,), "registry_both": both}
    for section, views in sections.items():
        for path, values in (layer.get(section) or {}).items():
            for view in views:
                try:
                    _apply_key(name, registry, _filled(path, texts), values, view, texts)
                except BadPath as error:
                    raise BadImage(name, f"{path!r} is no registry path") from error


def _apply_key(name: str, registry: Registry, path: str, values: object, view: View, texts: Mapping[str, str]) -> None:
    registry.create(path, view)
    if not isinstance(values, dict | None):
        raise BadImage(name, f"the values of {path} are no mapping")
    for value_name, spec in (values or {}).items():
        if spec is None:
            registry.delete_value(path, value_name, view)
        else:
            registry.set(path, _value(name, str(value_name), spec, texts), view)


def _value(layer: str, name: str, spec: object, texts: Mapping[str, str]) -> Value:
    match spec:
        case bool():
            raise BadImage(layer, f"value {name!r} is a truth value; quote it or write a number")
        case str():
            return Value.text(name, _filled(spec, texts))
        case int():
            return Value.dword(name, spec)
        case list():
            return Value.multi(name, [_filled(str(item), texts) for item in spec])
        case {"type": "REG_EXPAND_SZ", "data": str(text)}:
            return Value.text(name, _filled(text, texts), RegistryType.REG_EXPAND_SZ)
        case {"type": "REG_BINARY", "data": str(text)}:
            return Value.binary(name, bytes.fromhex(text))
        case {"type": "REG_QWORD", "data": int(number)}:
            return Value.qword(name, number)
    raise BadImage(layer, f"value {name!r} has a form that is not known: {spec!r}")


def _apply_services(name: str, layer: Layer, registry: Registry, services: dict[str, bool]) -> None:
    for service, spec in (layer.get("services") or {}).items():
        unknown = set(spec) - _SERVICE_FIELDS
        if (
            unknown
            or spec.get("start", "auto") not in _STARTS
            or spec.get("state", "running") not in ("running", "stopped")
        ):
            raise BadImage(name, f"service {service}: wrong or unknown field")
        start, delayed = _STARTS[spec.get("start", "auto")]
        path = f"{SERVICES_KEY}\\{service}"
        registry.set(path, Value.dword("Type", 0x20 if spec.get("type", "own") == "share" else 0x10))
        registry.set(path, Value.dword("Start", start))
        registry.set(path, Value.dword("ErrorControl", 1))
        registry.set(path, Value.text("ImagePath", str(spec.get("path", "")), RegistryType.REG_EXPAND_SZ))
        registry.set(path, Value.text("DisplayName", str(spec.get("display", service))))
        registry.set(path, Value.text("ObjectName", str(spec.get("account", "LocalSystem"))))
        if delayed:
            registry.set(path, Value.dword("DelayedAutostart", 1))
        if spec.get("needs"):
            registry.set(path, Value.multi("DependOnService", [str(each) for each in spec["needs"]]))
        services[service] = spec.get("state", "running") == "running"


def _bind(registry: Registry, ports: tuple[int, ...]) -> None:
    """Certificates bound to ports for every address, as the tools of Windows leave them."""
    registry.create(_HTTP)
    for port in ports:
        path = f"{_HTTP}\\SslBindingInfo\\0.0.0.0:{port}"
        registry.set(path, Value.binary("SslHash", hashlib.sha1(f"certificate {port}".encode()).digest()))
        registry.set(path, Value.text("SslCertStoreName", "MY"))
        registry.set(path, Value.dword("DefaultFlags", 0))


def _apply_files(name: str, layer: Layer, entries: dict[str, Entry], texts: Mapping[str, str]) -> None:
    for path, spec in (layer.get("files") or {}).items():
        path = _filled(path, texts)
        if spec == "folder":
            entries[path.lower()] = Entry(path, None)
            continue
        if not isinstance(spec, dict) or set(spec) - {"version", "content"}:
            raise BadImage(name, f"file {path}: neither 'folder' nor version and content")
        parents = path.split("\\")[:-1]
        for depth in range(1, len(parents) + 1):
            folder = "\\".join(parents[:depth])
            entries.setdefault(
                (folder + "\\" if depth == 1 else folder).lower(), Entry(folder + "\\" * (depth == 1), None)
            )
        content = _filled(str(spec.get("content", "")), texts).replace("\n", "\r\n").encode()
        entries[path.lower()] = Entry(path, content, str(spec.get("version", "")))


def _filled(text: str, texts: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: texts.get(match[1], ""), text)
