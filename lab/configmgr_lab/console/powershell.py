# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of PowerShell as a plain list of cmdlets needs: variables, conditions, loops, pipelines, strings.

The grammar is tree-sitter's; what is not known here is refused, never passed over. A pipeline gives nothing, one object
or a list of them, and an assignment keeps it so. Comparison of texts does not look at case. Source: Microsoft, "about
Pipelines", "about Comparison Operators", "about Splatting".
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from typing import Any

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

__all__ = ["NotRead", "Run", "Thrown"]

Cmdlet = Callable[[dict[str, Any], Any], list[Any]]
"""Parameters by name in lower case (positional ones by their number), and what came through the pipeline."""
_SPLATTED = re.compile(r"@\w+")
_CONSTANTS = {"true": True, "false": False, "null": None}


class NotRead(Exception):
    """Not PowerShell, or more of it than is read here."""


class Thrown(Exception):
    """The script stopped itself, or a cmdlet failed; the text is its message."""


class Run:
    """One run of a script: ``output`` and ``warnings`` are what it wrote."""

    def __init__(self, commands: Mapping[str, Cmdlet]) -> None:
        self._commands = {name.lower(): command for name, command in commands.items()}
        self._variables: dict[str, Any] = {"env:sms_admin_ui_path": "C:\\AdminConsole\\bin\\i386"}
        self.output: list[Any] = []
        self.warnings: list[str] = []

    def script(self, text: str) -> None:
        """Raises NotRead and Thrown."""
        tree = Parser(Language(tree_sitter_powershell.language())).parse(text.encode())
        if tree.root_node.has_error:
            raise NotRead("this is not PowerShell")
        self._block(tree.root_node)

    def _block(self, node: Node) -> list[Any]:
        given: list[Any] = []
        for child in node.named_children:
            if child.type == "statement_list" or child.type == "script_block_body":
                given += self._block(child)
            elif child.type != "comment":
                given += self._statement(child)
        return given

    def _statement(self, node: Node) -> list[Any]:
        if node.type == "pipeline":
            return self._pipeline(node)
        if node.type == "if_statement":
            return self._if(node)
        if node.type == "foreach_statement":
            variable, values, body = _without_comments(node)
            given = []
            for value in self._pipeline(values):
                self._variables[_name(variable)] = value
                given += self._block(body)
            return given
        if node.type == "flow_control_statement" and _text(node).startswith("throw"):
            raise Thrown(str(_one(self._pipeline(node.named_children[0]))))
        raise NotRead(f"{node.type}: {_text(node)}")

    def _if(self, node: Node) -> list[Any]:
        """The condition, its block, and the other conditions and blocks behind."""
        condition, block, *others = _without_comments(node)
        if _truth(_one(self._pipeline(condition))):
            return self._block(block)
        for other in others:
            for clause in _without_comments(other) if other.type == "elseif_clauses" else [other]:
                parts = _without_comments(clause)
                if len(parts) == 1:
                    return self._block(parts[0])
                if _truth(_one(self._pipeline(parts[0]))):
                    return self._block(parts[1])
        return []

    def _pipeline(self, node: Node) -> list[Any]:
        first = node.named_children[0]
        if first.type == "assignment_expression":
            self._assign(first)
            return []
        elements = first.named_children if first.type == "pipeline_chain" else [first]
        given: list[Any] = []
        for number, element in enumerate(elements):
            if element.type == "command":
                given = self._command(element, _one(given) if number else None)
            elif number:
                raise NotRead(_text(node))
            else:
                given = _many(self._value(element))
        return given

    def _assign(self, node: Node) -> None:
        left, operator, right = node.named_children
        target, value = _bare(left), _one(self._pipeline(right))
        if target.type == "member_access":
            mapping = self._value(target.named_children[0])
            mapping[_text(target.named_children[1])] = value
        elif _text(operator) == "+=":
            self._variables[_name(target)] = _many(self._variables[_name(target)]) + _many(value)
        elif _text(operator) == "=" and target.type == "variable":
            self._variables[_name(target)] = value
        else:
            raise NotRead(_text(node))

    def _command(self, node: Node, piped: Any) -> list[Any]:
        name, *rest = node.named_children
        command = self._commands.get(_text(name).lower())
        if command is None:
            raise Thrown(f"The term '{_text(name)}' is not recognized as the name of a cmdlet.")
        given: dict[str, Any] = {}
        waiting = ""
        for element in rest[0].named_children if rest else []:
            if element.type == "command_argument_sep":
                continue
            if element.type == "command_parameter":
                if waiting:
                    given[waiting] = True
                waiting = _text(element)[1:].lower()
            elif _SPLATTED.fullmatch(_text(element)):
                given |= {key.lower(): value for key, value in self._variables[_name(element)].items()}
            else:
                given[waiting or str(len(given))] = self._value(element)
                waiting = ""
        if waiting:
            given[waiting] = True
        if _text(name).lower() == "write-warning":
            self.warnings.append(str(given["0"]))
            return []
        if _text(name).lower() == "write-output":
            self.output.append(given["0"])
            return []
        return command(given, piped)

    def _value(self, node: Node) -> Any:
        kind, inner = node.type, node.named_children
        if kind == "variable":
            name = _name(node)
            return _CONSTANTS[name] if name in _CONSTANTS else self._variables.get(name)
        if kind == "verbatim_string_characters":
            return _text(node)[1:-1].replace("''", "'")
        if kind == "expandable_string_literal":
            return self._expanded(node)
        if kind == "generic_token":
            return _text(node)
        if kind == "decimal_integer_literal":
            return int(_text(node))
        if kind == "hash_literal_expression":
            entries = inner[0].named_children if inner else []
            return {_text(each.named_children[0]): _one(self._pipeline(each.named_children[1])) for each in entries}
        if kind == "array_literal_expression" and len(inner) > 1:
            return [self._value(each) for each in inner]
        if kind == "array_expression":
            return self._block(node)
        if kind in ("parenthesized_expression", "sub_expression"):
            return _one(self._block(node))
        if kind == "member_access":
            return _member(self._value(inner[0]), _text(inner[1]))
        return self._operation(node)

    def _operation(self, node: Node) -> Any:
        kind, inner = node.type, node.named_children
        if kind == "expression_with_unary_operator" and _text(node).lower().startswith("-not"):
            return not _truth(self._value(inner[0]))
        if kind == "logical_expression" and len(inner) == 2 and "-and" in [_text(child) for child in node.children]:
            return _truth(self._value(inner[0])) and _truth(self._value(inner[1]))
        if kind == "comparison_expression" and len(inner) == 3:
            return _compared(self._value(inner[0]), _text(inner[1]).lower(), self._value(inner[2]))
        if len(inner) == 1 and node.child_count == 1:
            return self._value(inner[0])
        raise NotRead(f"{kind}: {_text(node)}")

    def _expanded(self, node: Node) -> str:
        text, begin = "", node.start_byte
        whole = node.text or b""
        at = 1
        for part in node.named_children:
            text += whole[at : part.start_byte - begin].decode()
            text += str(_one(_many(self._value(part))))
            at = part.end_byte - begin
        return text + whole[at:-1].decode()


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _name(node: Node) -> str:
    return _text(node)[1:].lower()


def _without_comments(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]


def _bare(node: Node) -> Node:
    """What is inside of expressions that do nothing."""
    while node.type not in ("variable", "member_access") and node.named_child_count == 1:
        node = node.named_children[0]
    return node


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _one(values: list[Any]) -> Any:
    """As an assignment keeps it."""
    return None if not values else values[0] if len(values) == 1 else values


def _truth(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) > 1 or (len(value) == 1 and _truth(value[0]))
    return bool(value)


def _member(value: Any, name: str) -> Any:
    if name.lower() == "count":
        return len(_many(value))
    if isinstance(value, list):
        return _one([found for each in value if (found := _member(each, name)) is not None])
    found = {key.lower(): data for key, data in value.items()} if isinstance(value, Mapping) else {}
    return found.get(name.lower())


def _compared(left: Any, operator: str, right: Any) -> Any:
    """Of a list those that fit, of a single value whether it fits."""
    if operator not in ("-eq", "-ne", "-like"):
        raise NotRead(operator)
    if isinstance(left, list):
        return [each for each in left if _fits(each, operator, right)]
    return _fits(left, operator, right)


def _fits(left: Any, operator: str, right: Any) -> bool:
    if operator == "-like":
        return fnmatch.fnmatchcase(str(_folded(left)), str(_folded(right)))
    return (_folded(left) == _folded(right)) is (operator == "-eq")


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
