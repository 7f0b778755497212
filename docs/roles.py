"""Converts roles in docstrings, such as :func:`poly_match.candidates`, to links of the site."""

from __future__ import annotations

import re
from typing import Any

import griffe

_ROLE = re.compile(r":(?:class|func|meth|attr):`([\w.]+)`")


class Roles(griffe.Extension):
    """A role with a bare name refers to a member of the same class, or of the package."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Rewrite all docstrings before they are parsed."""
        _rewrite(pkg, pkg)


def _rewrite(obj: griffe.Object, pkg: griffe.Module) -> None:
    if obj.docstring is not None:
        obj.docstring.value = _ROLE.sub(lambda role: _link(role[1], obj, pkg), obj.docstring.value)
    for member in obj.members.values():
        if isinstance(member, griffe.Object):
            _rewrite(member, pkg)


def _link(role: str, obj: griffe.Object, pkg: griffe.Module) -> str:
    name = role.removeprefix(f"{pkg.name}.")
    scope = obj if obj.is_class else obj.parent
    if scope is not None and scope.is_class and name in scope.members:
        path = f"{scope.name}.{name}"
    elif name in pkg.modules:
        # At run time the member with the same name hides the module.
        path = f"{name}.{name}"
    else:
        path = name
    return f"[`{role}`][{pkg.name}.{path}]"
