"""The steps that bring a wanted state about. Each says itself in one imperative sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

from store.records import Json, Verb
from store.records.plain import plain

PSL = "Salesforce API Integration"
"""The name of the permission set licence (salesforce-auth-and-monitoring 5.2)."""

ALL_FIELDS = "View All Fields"

WORDS: Mapping[Verb, str] = {
    Verb.READ: "Read",
    Verb.CREATE: "Create",
    Verb.EDIT: "Edit",
    Verb.DELETE: "Delete",
    Verb.VIEW_ALL: "View All",
    Verb.MODIFY_ALL: "Modify All",
}
"""Verbs as Salesforce's Setup pages call them."""


def listed(words: Sequence[str]) -> str:
    """Join words for people: `Read, Create and Edit`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do in the org. The templates are filled with the step's own values."""

    NAME: ClassVar[str]
    SAY: ClassVar[str]
    WRITES: ClassVar[str] = ""

    @property
    def name(self) -> str:
        """A stable name, unique within a plan: a journal line is found by it again."""
        return self.NAME.format(**asdict(self))

    @property
    def writes(self) -> str | None:
        """What a later observation may find of this step: `user:<username>` or `set:<name>`.

        Only makers have one: what is found is ours if the intent was journaled under this key.
        """
        return self.WRITES.format(**asdict(self)) or None

    def say(self) -> str:
        """Say the step as one imperative sentence, without a full stop."""
        return self.SAY.format(**asdict(self))

    def to_json(self) -> Json:
        """Write as plain JSON values; `step_from_json` reads them."""
        return plain({"step": type(self).__name__, **asdict(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSet(Step):
    """Create a permission set; `licensed` = LicenseId is the PSL, else null (1.7)."""

    set: str
    label: str
    description: str
    licensed: bool

    NAME: ClassVar[str] = "create-set:{set}"
    WRITES: ClassVar[str] = "set:{set}"

    def say(self) -> str:
        """Say it with the licence, which cannot be changed afterwards (1.6)."""
        return f"Create the permission set {self.set} (License: {PSL if self.licensed else 'None'})"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantApp(Step):
    """Pre-authorise an app on a permission set: SetupEntityAccess, ParentId and SetupEntityId."""

    set: str
    app_id: str
    app: str

    NAME: ClassVar[str] = "grant-app:{set}:{app_id}"
    SAY: ClassVar[str] = "Let the permission set {set} use the app {app}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantObject(Step):
    """Make an ObjectPermissions row exactly so: insert, or update the row `row` that exists.

    No verbs with a `row` takes the row away: Salesforce deletes a row updated to all false
    (salesforce-provisioning 1.8). `takes` names what our set holds beyond the wanted end state.
    """

    set: str
    object: str
    verbs: tuple[Verb, ...]
    all_fields: bool = False
    row: str | None = None
    takes: tuple[str, ...] = ()

    NAME: ClassVar[str] = "grant-object:{set}:{object}"

    def say(self) -> str:
        """Say what is allowed, or what is taken away and why."""
        if not self.verbs:
            return (
                f"Take all access to {self.object} away from the permission set {self.set}: "
                "it was added there, but never approved"
            )
        words = [WORDS[verb] for verb in self.verbs] + [ALL_FIELDS] * self.all_fields
        if not self.takes:
            return f"Allow {listed(words)} on {self.object}"
        was = "was" if len(self.takes) == 1 else "were"
        return (
            f"Set access to {self.object} to {listed(words)} and take away "
            f"{listed(self.takes)}, which {was} never approved"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """A FieldPermissions row as it shall be: insert, or update `row`; both false takes it away.

    `takes` = our set holds more than the wanted end state on this field, and this row reduces it.
    """

    field: str
    read: bool
    edit: bool
    row: str | None = None
    takes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantFields(Step):
    """Field permissions of one object; `Field` is sent as `<object>.<field>` (1.9)."""

    set: str
    object: str
    rows: tuple[FieldRow, ...]

    NAME: ClassVar[str] = "grant-fields:{set}:{object}"

    def say(self) -> str:
        """Say how many fields, not which: the wanted state lists them."""
        given = [row for row in self.rows if not row.takes]
        taken = len(self.rows) - len(given)
        parts = [self._give(given)] if given else []
        if taken:
            verb = "reduce" if parts else "Reduce"
            parts.append(f"{verb} {_fields(taken)} of {self.object} to what was approved")
        return ", and ".join(parts)

    def _give(self, rows: Sequence[FieldRow]) -> str:
        fields, edits = f"{_fields(len(rows))} of {self.object}", sum(row.edit for row in rows)
        if edits == len(rows):
            return f"Make {fields} readable and editable"
        return f"Make {fields} readable" + (f" and {edits} of them editable" if edits else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUser(Step):
    """Create the user, active, on the integration profile; never with a password."""

    username: str
    attributes: Mapping[str, str]

    NAME: ClassVar[str] = "create-user:{username}"
    WRITES: ClassVar[str] = "user:{username}"
    SAY: ClassVar[str] = "Create the user {username} on the Salesforce Integration licence"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivateUser(Step):
    """Activate our user again, which an earlier undo or somebody else deactivated."""

    username: str

    NAME: ClassVar[str] = "activate-user:{username}"
    SAY: ClassVar[str] = "Activate the user {username} again"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignPsl(Step):
    """Give the user the permission set licence; before any set is assigned (1.7)."""

    username: str

    NAME: ClassVar[str] = "assign-psl:{username}"
    SAY: ClassVar[str] = "Assign the permission set licence Salesforce API Integration"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignSet(Step):
    """Assign a permission set to the user."""

    username: str
    set: str

    NAME: ClassVar[str] = "assign-set:{set}"
    SAY: ClassVar[str] = "Assign the permission set {set}"


def _fields(count: int) -> str:
    return f"{count} field" if count == 1 else f"{count} fields"
