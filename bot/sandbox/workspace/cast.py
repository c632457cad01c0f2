"""Who lives in the make-believe workspace when nobody says otherwise?"""

from typing import Any

from bot.sandbox.workspace.world import BOT_USER, Channel, Group, User

FULL_MEMBERS = ("U0RAE", "U0ADA", "U0BEN", "U0OLU", "U0BEA", "U0SAM", "U0MAX")


def people() -> list[User]:
    """Rae requests, Ada and Ben approve, Olu owns, Bea backs her up, Sam is a stranger.

    Max is an admin; further two guests, a deactivated and a foreign person, and two bots.
    """
    return [
        _user("U0RAE", "rae", "Rae Requester"),
        _user("U0ADA", "ada", "Ada Approver"),
        _user("U0BEN", "ben", "Ben Approver"),
        _user("U0OLU", "olu", "Olu Owner"),
        _user("U0BEA", "bea", "Bea Backup"),
        _user("U0SAM", "sam", "Sam Stranger"),
        _user("U0MAX", "max", "Max Admin", is_admin=True),
        _user("U0GUS", "gus", "Gus Guest", is_restricted=True),
        _user("U0GIA", "gia", "Gia Guest", is_restricted=True, is_ultra_restricted=True),
        _user("U0DEE", "dee", "Dee Departed", deleted=True),
        _user("U0FIN", "fin", "Fin Foreign", team_id="T0OTHER", is_stranger=True),
        _user("U0CAL", "calbot", "Calendar bot", is_bot=True),
        _user(BOT_USER, "integrations", "Integrations", is_bot=True),
    ]


def _user(user_id: str, name: str, real_name: str, **marks: Any) -> User:
    email = "" if marks.get("is_bot") else f"{name}@acme.example"
    return User(id=user_id, name=name, real_name=real_name, email=email, **marks)


def groups() -> list[Group]:
    """The approvers and the admins of the contract's example configuration."""
    return [
        Group(
            id="S0SALESFORCE",
            handle="salesforce",
            name="Salesforce team",
            users=["U0ADA", "U0BEN"],
        ),
        Group(id="S0ADMINS", handle="bot-admins", name="Bot admins", users=["U0MAX"]),
    ]


def channels() -> list[Channel]:
    """Three channels with the bot in them, and one (#general) without it."""
    with_bot = {*FULL_MEMBERS, BOT_USER}
    return [
        Channel(id="C0APPROVE", name="salesforce-approvals", members=set(with_bot)),
        Channel(id="C0LICENSES", name="salesforce-licences", members=set(with_bot)),
        Channel(id="C0OPS", name="salesforce-ops", members=set(with_bot)),
        Channel(id="C0GENERAL", name="general", members={*FULL_MEMBERS, "U0GUS", "U0GIA"}),
    ]
