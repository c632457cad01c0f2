"""SOQL for the make-believe orgs: a text becomes a query, a query becomes REST-shaped records."""

from bot.sandbox.orgs.soql.answers import run
from bot.sandbox.orgs.soql.parser import parse
from bot.sandbox.orgs.soql.shape import Attributes
from bot.sandbox.orgs.soql.syntax import Query, required_fields
from bot.sandbox.orgs.soql.types import (
    FieldSpec,
    FieldType,
    Result,
    SoqlError,
    Source,
    UnknownObject,
)

__all__ = [
    "Attributes",
    "FieldSpec",
    "FieldType",
    "Query",
    "Result",
    "SoqlError",
    "Source",
    "UnknownObject",
    "parse",
    "required_fields",
    "run",
]
