from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.core.lifecycle import ENDS, MOVES, UNDO_ENDS, Event, Refusal, after, move
from store.records import State
from tests.core.cast import a_finding, a_request

CONTRACT = {
    # From requested to blocked: only an undo that fails, of a request that was asked again.
    State.REQUESTED: {
        State.APPROVED,
        State.REJECTED,
        State.WITHDRAWN,
        State.EXPIRED,
        State.BLOCKED,
    },
    State.APPROVED: {State.PROVISIONED, State.BLOCKED, State.WITHDRAWN},
    State.PROVISIONED: {State.LIVE, State.BLOCKED, State.WITHDRAWN},
    State.BLOCKED: {State.APPROVED, State.REQUESTED, State.WITHDRAWN},
}


def test_the_table_moves_exactly_between_the_states_of_the_contract() -> None:
    pairs: dict[State, set[State]] = {}
    for (before, _), then in MOVES.items():
        if before is not then:
            pairs.setdefault(before, set()).add(then)
    assert pairs == CONTRACT


def test_nothing_leaves_an_end_and_everything_else_is_left_or_lived_in() -> None:
    assert {before for before, _ in MOVES} == set(State) - ENDS


def test_every_event_is_good_for_something() -> None:
    assert {event for _, event in MOVES} == set(Event)


@pytest.mark.parametrize("withdrawing", [False, True])
@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("state", State)
def test_what_is_not_in_the_table_is_refused_with_a_sentence_about_the_request(
    state: State, event: Event, *, withdrawing: bool
) -> None:
    wanted = MOVES.get((state, event)) if withdrawing is (event in UNDO_ENDS) else None
    if wanted:
        assert after(state, event, withdrawing=withdrawing) is wanted
        return
    with pytest.raises(Refusal) as refused:
        after(state, event, withdrawing=withdrawing, label="IU-17")
    sentence = refused.value.sentence
    assert sentence.startswith("IU-17 ")
    assert sentence.endswith(".")
    if withdrawing and event not in UNDO_ENDS:
        assert "being withdrawn" in sentence


def test_a_live_request_has_nothing_to_approve() -> None:
    with pytest.raises(Refusal) as refused:
        move(a_request(state=State.LIVE), Event.APPROVE)
    assert refused.value.sentence == "IU-17 is already live, so there is nothing to approve."


def test_withdrawing_before_approval_is_done_at_once_and_later_needs_an_undo() -> None:
    assert move(a_request(), Event.WITHDRAW) is State.WITHDRAWN
    for state in (State.APPROVED, State.PROVISIONED, State.BLOCKED):
        assert move(a_request(state=state), Event.WITHDRAW) is state
        undoing = a_request(state=state, withdrawing=True)
        assert move(undoing, Event.UNDONE) is State.WITHDRAWN
        assert move(undoing, Event.UNDO_FAILED) is State.BLOCKED


def test_a_live_request_cannot_be_withdrawn() -> None:
    with pytest.raises(Refusal, match="can no longer be withdrawn"):
        move(a_request(state=State.LIVE), Event.WITHDRAW)


def test_a_blocked_request_is_retried_unless_its_undo_is_incomplete() -> None:
    blocked = a_request(state=State.BLOCKED, finding=a_finding("sees_nothing"))
    assert move(blocked, Event.RETRY) is State.APPROVED
    stuck = a_request(state=State.BLOCKED, finding=a_finding("undo_incomplete"))
    for event in (Event.RETRY, Event.ASK_AGAIN):
        with pytest.raises(Refusal, match="Withdraw it again"):
            move(stuck, event)
    assert move(stuck, Event.WITHDRAW) is State.BLOCKED


def test_a_request_that_is_asked_again_ends_only_when_its_undo_has() -> None:
    assert move(a_request(state=State.BLOCKED), Event.ASK_AGAIN) is State.REQUESTED
    undoing = a_request(withdrawing=True)
    assert move(undoing, Event.UNDONE) is State.WITHDRAWN
    assert move(undoing, Event.UNDO_FAILED) is State.BLOCKED


@pytest.mark.parametrize("state", [State.PROVISIONED, State.LIVE, State.BLOCKED])
def test_a_test_moves_nothing_by_itself_and_needs_a_user(state: State) -> None:
    assert move(a_request(state=state, user_id="005X"), Event.TEST) is state
    assert move(a_request(state=state), Event.NOT_PROVEN) is state
    with pytest.raises(Refusal, match="no user to test"):
        move(a_request(state=state), Event.TEST)


def test_only_what_was_not_proven_is_confirmed_by_hand() -> None:
    waiting = a_request(state=State.PROVISIONED, finding=a_finding("not_proven"))
    assert move(waiting, Event.CONFIRM) is State.LIVE
    for finding in (None, a_finding("other")):
        with pytest.raises(Refusal, match="nothing to confirm"):
            move(a_request(state=State.PROVISIONED, finding=finding), Event.CONFIRM)


class Life(RuleBasedStateMachine):
    """Any order of events, as careless people and machines would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.REQUESTED
        self.withdrawing = False
        self.approved = False
        self.confirmed_or_tested = False
        self.ended: State | None = None

    @rule(event=st.sampled_from(Event))
    def happen(self, event: Event) -> None:
        before = self.state
        try:
            self.state = after(before, event, withdrawing=self.withdrawing)
        except Refusal:
            return
        assert self.ended is None, f"{event} was accepted after {self.ended}"
        assert not self.withdrawing or event in UNDO_ENDS
        self.approved |= event is Event.APPROVE
        self.confirmed_or_tested |= event in {Event.LIVE, Event.CONFIRM}
        if event is Event.WITHDRAW and self.state is not State.WITHDRAWN:
            self.withdrawing = True
        if event in UNDO_ENDS:
            self.withdrawing = False
        if self.state in ENDS:
            self.ended = self.state

    @precondition(lambda self: self.state is State.LIVE)
    @invariant()
    def live_was_approved_and_shown_to_work(self) -> None:
        assert self.approved
        assert self.confirmed_or_tested

    @precondition(lambda self: self.state not in {State.REQUESTED, *ENDS})
    @invariant()
    def nothing_is_made_without_approval(self) -> None:
        assert self.approved

    @invariant()
    def an_end_stays_the_end(self) -> None:
        assert self.ended is None or self.state is self.ended
        assert not (self.ended and self.withdrawing)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=25)
