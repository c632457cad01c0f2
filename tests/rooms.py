"""A kind of import contract: who a room may import, everything else being forbidden.

import-linter's own kinds say what is forbidden, so a new module or a new library would pass
unseen. The table stands in pyproject.toml under [tool.importlinter].
"""

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

ROOTS = ("bot", "store")


class Room(Contract):
    """Direct imports only: every room has a contract of its own, so chains need no second look.

    `source` is the room, `without` rooms inside it that have their own contract, `may_import` rooms
    of ours, `libraries` other distributions ("*" for any), `never` parts of the standard library.
    """

    type_name = "room"

    source: Any = fields.StringField()
    without: Any = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    may_import: Any = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    libraries: Any = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    never: Any = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - their name
        del verbose
        wrong = [
            (module, imported)
            for module in sorted(graph.modules)
            if inside(module, [self.source]) and not inside(module, self.without)
            for imported in sorted(graph.find_modules_directly_imported_by(module))
            if not self.allows(imported)
        ]
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def allows(self, imported: str) -> bool:
        root = imported.partition(".")[0]
        if root in ROOTS:
            own = inside(imported, [self.source]) and not inside(imported, self.without)
            return own or inside(imported, self.may_import)
        if root in sys.stdlib_module_names:
            return root not in self.never
        return root in self.libraries or "*" in self.libraries

    def render_broken_contract(self, check: ContractCheck) -> None:
        wrong: list[tuple[str, str]] = check.metadata["wrong"]
        for module, imported in wrong:
            output.print_error(f"{module} may not import {imported}", bold=False)


def inside(module: str, rooms: Any) -> bool:
    """Tell whether a module is one of these rooms or lies in one."""
    return any(module == room or module.startswith(f"{room}.") for room in rooms)
