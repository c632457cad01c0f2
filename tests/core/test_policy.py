from __future__ import annotations

import pytest

from bot.core.policy import Action, Actor, enough, may, sees_all, unreachable, who
from tests.core.cast import ADA, BEA, BEN, MAX, OLU, RAE, SAM, a_request, a_vote, an_asked

EVERYBODY = {"Rae": RAE, "Ada": ADA, "Olu": OLU, "Bea": BEA, "Sam": SAM, "Max": MAX}

TABLE = {
    Action.NEW: "Rae Ada Olu Bea Sam Max",
    Action.SHOW: "Rae Ada Olu Bea Sam Max",
    Action.LIST: "Rae Ada Olu Bea Sam Max",
    Action.APPROVE: "Ada",
    Action.REJECT: "Ada",
    Action.WITHDRAW: "Rae Olu Max",
    Action.NEW_USERNAME: "Rae Olu Max",
    Action.RETRY: "Rae Ada Olu Max",
    Action.TEST: "Rae Ada Olu Max",
    Action.RECHECK: "Rae Ada Olu Max",
    Action.CONFIRM_LIVE: "Olu Bea Max",
    Action.LICENSES: "Ada Max",
    Action.STALE: "Ada Max",
}


@pytest.mark.parametrize("action", Action)
def test_who_may_is_the_table_of_the_contract(action: Action) -> None:
    allowed = {name for name, actor in EVERYBODY.items() if may(action, actor, a_request()).allowed}
    assert allowed == set(TABLE[action].split())


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("actor", EVERYBODY.values(), ids=EVERYBODY)
def test_every_decision_gives_its_reason_in_a_sentence(action: Action, actor: Actor) -> None:
    reason = may(action, actor, a_request()).reason
    assert reason[0].isupper()
    assert reason.endswith(".")


ONE_OF_A_KIND = (
    Action.WITHDRAW,
    Action.NEW_USERNAME,
    Action.RETRY,
    Action.TEST,
    Action.RECHECK,
    Action.CONFIRM_LIVE,
)


@pytest.mark.parametrize("action", ONE_OF_A_KIND)
def test_who_may_is_named_as_the_table_has_it(action: Action) -> None:
    able = who(action, a_request())
    others = {"an approver": "Ada", "an admin": "Max"}
    named = {name for name, actor in EVERYBODY.items() if actor.user in able.people}
    assert named | {others[one] for one in able.others} == set(TABLE[action].split())


def test_a_person_with_two_roles_is_named_once_and_the_reader_not_at_all() -> None:
    both = a_request(requester="U0OLU")
    assert who(Action.WITHDRAW, both).people == ("U0OLU",)
    able = who(Action.CONFIRM_LIVE, a_request(), but="U0OLU")
    assert (able.people, able.others) == (("U0BEA",), ("an admin",))


def test_who_decides_is_no_matter_of_roles_alone() -> None:
    with pytest.raises(KeyError):
        who(Action.APPROVE, a_request())


def test_a_stranger_is_told_who_can_instead() -> None:
    assert (
        may(Action.WITHDRAW, SAM, a_request()).reason
        == "You cannot withdraw IU-17. The requester, the owner or an admin can."
    )
    assert (
        may(Action.APPROVE, SAM, a_request()).reason == "You cannot approve IU-17. An approver can."
    )


def test_a_stranger_sees_little_and_the_others_see_all() -> None:
    assert "name, org, owner and state" in may(Action.SHOW, SAM, a_request()).reason
    assert {name for name, actor in EVERYBODY.items() if sees_all(actor, a_request())} == {
        "Rae",
        "Ada",
        "Olu",
        "Bea",
        "Max",
    }


@pytest.mark.parametrize("action", [Action.APPROVE, Action.REJECT])
@pytest.mark.parametrize("part", ["requester", "owner", "backup owner"])
def test_nobody_decides_about_a_request_of_their_own(action: Action, part: str) -> None:
    request = {
        "requester": a_request(requester=ADA.user),
        "owner": a_request(asked=an_asked(owner=ADA.user)),
        "backup owner": a_request(asked=an_asked(backup_owner=ADA.user)),
    }[part]
    decision = may(action, ADA, request)
    assert not decision.allowed
    assert decision.reason == (
        f"You are the {part} of IU-17, so you cannot {action} it. Another approver can."
    )
    assert may(action, BEN, request).allowed


def test_an_admin_who_is_no_approver_does_not_approve() -> None:
    assert not may(Action.APPROVE, MAX, a_request()).allowed


@pytest.mark.parametrize("action", [Action.LICENSES, Action.STALE])
def test_what_is_about_whole_orgs_needs_no_request(action: Action) -> None:
    assert may(action, ADA).allowed
    assert "Approvers and admins can" in may(action, RAE).reason


def test_a_guest_cannot_ask_for_a_user() -> None:
    guest = Actor(user="U0GUEST", is_full_member=False)
    decision = may(Action.NEW, guest)
    assert not decision.allowed
    assert "full members" in decision.reason


def test_deciding_about_nothing_is_a_mistake_of_the_caller() -> None:
    assert may(Action.LIST, SAM).allowed
    with pytest.raises(ValueError, match="needs a request"):
        may(Action.APPROVE, ADA)


def test_one_person_counts_once_however_often_they_approve() -> None:
    votes = [a_vote("U0ADA"), a_vote("U0ADA")]
    assert enough(votes, 1, digest="abc")
    assert not enough(votes, 2, digest="abc")
    assert enough([*votes, a_vote("U0BEN")], 2, digest="abc")


def test_rejections_and_approvals_of_another_plan_do_not_count() -> None:
    votes = [a_vote("U0ADA", decision="reject"), a_vote("U0BEN", digest="older")]
    assert not enough(votes, 1, digest="abc")


def test_more_approvals_than_people_who_may_decide_is_said() -> None:
    request = a_request()
    assert unreachable(2, {"U0ADA", "U0BEN"}, request) is None
    one = unreachable(2, {"U0ADA", "U0RAE"}, request)
    assert one is not None
    assert one.startswith("IU-17 needs 2 approvals, but only 1 approver can decide")
    none = unreachable(1, {"U0OLU", "U0BEA"}, request)
    assert none is not None
    assert none.startswith("IU-17 needs 1 approval, but no approver can decide")
    two = unreachable(3, {"U0ADA", "U0BEN"}, request)
    assert two is not None
    assert "only 2 approvers" in two
