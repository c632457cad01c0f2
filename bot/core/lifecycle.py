"""Which moves can a request make? One table; everything else is refused with a sentence."""

from __future__ import annotations

from enum import StrEnum

from store.records import Request, State


class Refusal(Exception):  # noqa: N818 - the architecture's word
    """Something that is not done, and the sentence that tells the person why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Event(StrEnum):
    """What can happen to a request."""

    RECHECK = "recheck"
    APPROVE = "approve"
    REJECT = "reject"
    EXPIRE = "expire"
    PROVISIONED = "provisioned"
    BLOCK = "block"
    RETRY = "retry"
    ASK_AGAIN = "ask_again"
    TEST = "test"
    NOT_PROVEN = "not_proven"
    LIVE = "live"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"
    UNDONE = "undone"
    UNDO_FAILED = "undo_failed"


MOVES: dict[tuple[State, Event], State] = {
    (State.REQUESTED, Event.RECHECK): State.REQUESTED,
    (State.REQUESTED, Event.APPROVE): State.APPROVED,
    (State.REQUESTED, Event.REJECT): State.REJECTED,
    (State.REQUESTED, Event.EXPIRE): State.EXPIRED,
    (State.REQUESTED, Event.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Event.PROVISIONED): State.PROVISIONED,
    (State.APPROVED, Event.BLOCK): State.BLOCKED,
    (State.PROVISIONED, Event.TEST): State.PROVISIONED,
    (State.PROVISIONED, Event.NOT_PROVEN): State.PROVISIONED,
    (State.PROVISIONED, Event.LIVE): State.LIVE,
    (State.PROVISIONED, Event.CONFIRM): State.LIVE,
    (State.PROVISIONED, Event.BLOCK): State.BLOCKED,
    (State.BLOCKED, Event.RETRY): State.APPROVED,
    (State.BLOCKED, Event.ASK_AGAIN): State.REQUESTED,
    (State.BLOCKED, Event.TEST): State.BLOCKED,
    (State.BLOCKED, Event.NOT_PROVEN): State.BLOCKED,
    (State.LIVE, Event.TEST): State.LIVE,
    (State.LIVE, Event.NOT_PROVEN): State.LIVE,
    # An end after an approval keeps the state and sets `withdrawing`; undo's end moves it. So it is
    # with a request that is asked again because its approval was too old: an earlier run may have
    # made something, which no end leaves behind.
    (State.REQUESTED, Event.UNDONE): State.WITHDRAWN,
    (State.REQUESTED, Event.UNDO_FAILED): State.BLOCKED,
    (State.APPROVED, Event.WITHDRAW): State.APPROVED,
    (State.APPROVED, Event.UNDONE): State.WITHDRAWN,
    (State.APPROVED, Event.UNDO_FAILED): State.BLOCKED,
    (State.PROVISIONED, Event.WITHDRAW): State.PROVISIONED,
    (State.PROVISIONED, Event.UNDONE): State.WITHDRAWN,
    (State.PROVISIONED, Event.UNDO_FAILED): State.BLOCKED,
    (State.BLOCKED, Event.WITHDRAW): State.BLOCKED,
    (State.BLOCKED, Event.UNDONE): State.WITHDRAWN,
    (State.BLOCKED, Event.UNDO_FAILED): State.BLOCKED,
}

ENDS: frozenset[State] = frozenset({State.REJECTED, State.WITHDRAWN, State.EXPIRED})
"""States that nothing leaves."""

UNDO_ENDS: frozenset[Event] = frozenset({Event.UNDONE, Event.UNDO_FAILED})
"""The only events of a request that is being withdrawn."""

_IS: dict[State, str] = {
    State.REQUESTED: "is still waiting for approval",
    State.APPROVED: "is approved and being set up",
    State.PROVISIONED: "is set up already",
    State.LIVE: "is already live",
    State.BLOCKED: "is blocked",
    State.REJECTED: "was rejected",
    State.WITHDRAWN: "was withdrawn",
    State.EXPIRED: "has expired",
}

_SO: dict[Event, str] = {
    Event.RECHECK: "there is nothing to check again",
    Event.APPROVE: "there is nothing to approve",
    Event.REJECT: "there is nothing to reject",
    Event.EXPIRE: "it does not expire",
    Event.PROVISIONED: "there is nothing to set up",
    Event.BLOCK: "there is nothing to block",
    Event.RETRY: "there is nothing to retry",
    Event.ASK_AGAIN: "nobody is asked again",
    Event.TEST: "there is no user to test",
    Event.NOT_PROVEN: "there is no user to test",
    Event.LIVE: "it does not become live by a test",
    Event.CONFIRM: "there is nothing to confirm",
    Event.WITHDRAW: "it can no longer be withdrawn",
    Event.UNDONE: "there is nothing to undo",
    Event.UNDO_FAILED: "there is nothing to undo",
}


def after(state: State, event: Event, *, withdrawing: bool, label: str = "This request") -> State:
    """Look up the state after `event`, or raise `Refusal` (contract, section 4).

    `withdraw` answers `withdrawn` only where nothing was made; else it keeps the state, and the
    caller sets `withdrawing` until `undone` or `undo_failed`. `not_proven` stands for every test
    that ended without a move: it leaves a finding only.
    """
    if withdrawing and event not in UNDO_ENDS:
        raise Refusal(
            f"{label} is being withdrawn. Nothing else can be done with it until that has ended."
        )
    found = MOVES.get((state, event))
    if found is None or (event in UNDO_ENDS and not withdrawing):
        raise Refusal(f"{label} {_IS[state]}, so {_SO[event]}.")
    return found


def move(request: Request, event: Event) -> State:
    """Say the state of `request` after `event`, or raise `Refusal`.

    Beyond the table it knows the three rules that need more than the state: no retry over an undo
    that could not finish, no test without a user, no confirmation before a test said `not_proven`.
    """
    state = after(request.state, event, withdrawing=request.withdrawing, label=request.label)
    code = request.finding.code if request.finding else None
    if event in {Event.RETRY, Event.ASK_AGAIN} and code == "undo_incomplete":
        raise Refusal(
            f"{request.label} could not be undone completely, so it cannot be retried. "
            "Withdraw it again to finish the undo."
        )
    if event is Event.TEST and request.user_id is None:
        raise Refusal(f"{request.label} {_IS[request.state]}, and has no user to test yet.")
    if event is Event.CONFIRM and code != "not_proven":
        raise Refusal(
            f"{request.label} is still being tested, so there is nothing to confirm by hand."
        )
    return state
