"""How a record becomes plain JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, cast

Json = dict[str, Any]


def plain(data: Mapping[str, Any]) -> Json:
    """Turn tuples into lists, enums into strings and mappings into dicts, all the way down."""
    return cast("Json", _plain(data))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, StrEnum) else value
