"""Every surface in every state, pinned as JSON: a change of words is read in the diff."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from tests.slack.views.gallery import Words, messages, views

MESSAGES = messages(Words())
VIEWS = {name: view for name, view in views(Words()).items() if "800" not in name}


@pytest.fixture
def pinned(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("name", MESSAGES)
def test_message_reads_as_pinned(name: str, pinned: SnapshotAssertion) -> None:
    assert MESSAGES[name] == pinned


@pytest.mark.parametrize("name", VIEWS)
def test_view_reads_as_pinned(name: str, pinned: SnapshotAssertion) -> None:
    assert VIEWS[name] == pinned
