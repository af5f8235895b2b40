# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: configmgr
short_description: The machines of a ConfigMgr hierarchy
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Reads sites, servers with their roles, passive site servers and, if wanted, clients from the AdminService of an SMS
    Provider.
  - Every host is in the group C(configmgr), in a group per role (C(management_point), C(client) ..., as the playbooks
    of this collection name them), in C(site_CODE), and in C(restart_group_NUMBER).
  - A role that this collection does not know is kept in the host variable C(configmgr_unknown_roles); the audit names
    it.
  - Consoles are not known to ConfigMgr. Name them in a second inventory file, in the group C(admin_console).
options:
  plugin:
    description: Marks a file as one for this plugin.
    required: true
    choices: [configmgr.tls.configmgr]
  source:
    description:
      - Where to read from - the AdminService of an SMS Provider (V(admin_service)), or the registry of a site server
        (V(registry)), for sites without AdminService.
      - The registry tells the names of the servers of the one site, its site server and its database server. Which
        roles the others have is found by the audit on each of them; there are no clients and no passive servers.
    type: str
    choices: [admin_service, registry]
    default: admin_service
  url:
    description:
      - Address of the SMS Provider, for example V(https://cm01.corp.example). Needed for O(source=admin_service).
    type: str
    env:
      - name: CONFIGMGR_URL
  user:
    description: Who reads. Without it, the Kerberos ticket of the controller is used.
    type: str
    env:
      - name: CONFIGMGR_USER
  password:
    description: The password. It appears in no variable and in no message.
    type: str
    env:
      - name: CONFIGMGR_PASSWORD
  authentication:
    description:
      - How to log in. ConfigMgr 2509 and later take V(kerberos) only.
      - V(negotiate) takes NTLM where Kerberos cannot be had, and warns of it. V(basic) is for tests.
    type: str
    choices: [negotiate, kerberos, ntlm, basic]
    default: negotiate
  validate_certs:
    description: Whether the certificate of the SMS Provider is checked.
    type: bool
    default: true
  ca_path:
    description: File or folder of the authorities that are trusted, instead of the controller's own.
    type: path
    env:
      - name: CONFIGMGR_CA_PATH
  timeout:
    description: Seconds to wait for an answer.
    type: float
    default: 30
  retries:
    description: How often a connection that cannot be made is tried again.
    type: int
    default: 2
  page_size:
    description: Rows that are asked for at a time.
    type: int
    default: 1000
  clients:
    description: Whether clients become hosts, too.
    type: bool
    default: false
  clients_collection:
    description: Only clients of the collection with this id, for example V(SMS00001).
    type: str
    default: ''
  clients_filter:
    description:
      - Only clients for which this OData filter on C(SMS_R_System) holds, for example V(startswith(Name,'PC')).
    type: str
    default: ''
  clients_limit:
    description: At most so many clients; V(0) for all.
    type: int
    default: 0
  clients_activity:
    description:
      - Whether the site is asked which clients it calls active, for the host variable C(configmgr_client_active).
      - With it come C(configmgr_resource_id), C(configmgr_client_online), C(configmgr_client_last_active),
        C(configmgr_last_user) and C(configmgr_os_build), as far as the site knows them.
      - It takes one more class to read. O(configmgr.tls.tls_gate_info#module:leave_out_inactive) goes by it.
    type: bool
    default: false
  sites:
    description: Only machines of the sites with these codes. All sites when empty.
    type: list
    elements: str
    default: []
  hostnames:
    description: Whether hosts are called by their name in full (V(fqdn)) or by its first part (V(short)).
    type: str
    choices: [fqdn, short]
    default: fqdn
  site_server:
    description: Name of the site server. Needed for O(source=registry).
    type: str
  site_server_variables:
    description: Connection variables of the site server for O(source=registry), such as C(ansible_connection).
    type: dict
    default: {}
extends_documentation_fragment:
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
requirements:
  - C(pypsrp) on the controller, with the extra C(kerberos) for Kerberos
notes:
  - For Kerberos, O(url) has the full name of the SMS Provider, not its address or an alias, and O(user) is
    C(user@EXAMPLE.COM) with the realm in upper case.
  - The account needs to read the site only (the ConfigMgr security role read-only analyst).
"""

EXAMPLES = r"""
# site.configmgr.yml, all servers and the clients of a collection
plugin: configmgr.tls.configmgr
url: https://cm01.corp.example
clients: true
clients_collection: SMS00001
cache: true
compose:
  ansible_connection: "'winrm'"
  ansible_port: "5986"
  ansible_winrm_transport: "'kerberos'"
keyed_groups:
  - key: configmgr_site_type
    prefix: type

---
# One site, with a user and a password from the environment
plugin: configmgr.tls.configmgr
url: https://cm01.corp.example
authentication: ntlm
sites: [PS1]

---
# A site without AdminService
plugin: configmgr.tls.configmgr
source: registry
site_server: cm01.corp.example
site_server_variables:
  ansible_connection: winrm
  ansible_winrm_transport: kerberos
"""

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.module_utils.basic import missing_required_lib
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.configmgr.tls.plugins.plugin_utils._estate import admin_service, registry_source
from ansible_collections.configmgr.tls.plugins.plugin_utils._estate.hosts import PARENT, hosts_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._estate.records import Rows, estate_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._foreign import MOST_IN_A_FILE
from ansible_collections.configmgr.tls.plugins.plugin_utils._plain import plain

ENDINGS = ("configmgr.yml", "configmgr.yaml")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    NAME = "configmgr.tls.configmgr"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(ENDINGS)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        size = Path(path).stat().st_size
        if size > MOST_IN_A_FILE:
            raise AnsibleParserError(
                f"{path} has {size} bytes; a source of this inventory has at most {MOST_IN_A_FILE}"
            )
        self._read_config_data(path)
        try:
            self._populate(self._rows(path, cache))
        except Failure as failure:
            raise AnsibleParserError(failure.message(path)) from None

    def _rows(self, path: str, cache: bool) -> Rows:
        """From the cache when there is one and it may be used; what was read goes into it."""
        self.load_cache_plugin()
        key = self.get_cache_key(path)
        if self.get_option("cache") and cache:
            try:
                return Rows(**self._cache[key])
            except (KeyError, TypeError):
                pass
        rows = self._read(path)
        if self.get_option("cache"):
            self._cache[key] = {name: list(part) for name, part in vars(rows).items()}
        return rows

    def _read(self, path: str) -> Rows:
        if self.get_option("source") == "registry":
            return registry_source.read_rows(
                self._needed("site_server", path), plain(self.get_option("site_server_variables"))
            )
        if admin_service.MISSING is not None:
            raise AnsibleParserError(f"{path}: {missing_required_lib(admin_service.LIBRARY)}")
        url = self._needed("url", path)
        if not url.lower().startswith("https://"):
            raise AnsibleParserError(f"{path}: url is {url!r}; give an address like https://cm01.corp.example")
        method = str(self.get_option("authentication"))
        login = admin_service.Login(method, *(plain(self.get_option(name)) for name in ("user", "password")))
        service = admin_service.AdminService(
            url,
            login,
            verify=(plain(self.get_option("ca_path")) or True) if self.get_option("validate_certs") else False,
            timeout=float(self.get_option("timeout")),
            retries=int(self.get_option("retries")),
            page_size=max(1, int(self.get_option("page_size"))),
        )
        wanted = admin_service.ClientSelection(
            bool(self.get_option("clients")),
            self._checked_collection(path),
            str(self.get_option("clients_filter")),
            int(self.get_option("clients_limit")),
            bool(self.get_option("clients_activity")),
        )
        try:
            rows = admin_service.read_rows(service, wanted)
            if why := service.not_kerberos:
                # ConfigMgr 2509 will refuse what works today.
                self.display.warning(
                    f"{path}: logged in with NTLM, which ConfigMgr 2509 and later refuse. Kerberos was not used, for "
                    f"{why.fault.phrase} ({why.fault.code}). {why.fault.remedy}"
                )
            return rows
        finally:
            service.close()

    def _needed(self, name: str, path: str) -> str:
        value = plain(self.get_option(name))
        if not value:
            raise AnsibleParserError(f"{path}: {name} is missing; source: {self.get_option('source')} needs it")
        return str(value)

    def _checked_collection(self, path: str) -> str:
        collection = str(self.get_option("clients_collection"))
        if collection and not collection.isalnum():
            raise AnsibleParserError(f"{path}: clients_collection is {collection!r}; give an id like SMS00001")
        return collection

    def _populate(self, rows: Rows) -> None:
        """The one place that touches the inventory."""
        self.inventory.add_group(PARENT)
        estate = estate_of(rows)
        if estate.strange:
            self.display.warning(
                f"{len(estate.strange)} rows of ConfigMgr name what no machine can be called and were passed over, as "
                f"{estate.strange[0][:80]!r}. Correct them in the console."
            )
        strict = bool(self.get_option("strict"))
        for host in hosts_of(estate, self.get_option("sites"), short=self.get_option("hostnames") == "short"):
            self.inventory.add_host(host.name)
            for group in host.groups:
                self.inventory.add_group(group)
                self.inventory.add_child(PARENT, group)
                self.inventory.add_host(host.name, group=group)
            for name, value in host.variables.items():
                self.inventory.set_variable(host.name, name, value)
            variables = self.inventory.get_host(host.name).get_vars()
            self._set_composite_vars(self.get_option("compose"), variables, host.name, strict=strict)
            self._add_host_to_composed_groups(self.get_option("groups"), variables, host.name, strict=strict)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host.name, strict=strict)
