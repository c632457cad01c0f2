from __future__ import annotations

import pytest

from bot.core.identity import kind_problem, missing_rights

ORGS = {
    "sandbox": (True, "Enterprise Edition", False),
    "scratch": (True, "Developer Edition", True),
    "developer": (False, "Developer Edition", False),
    "production": (False, "Enterprise Edition", False),
}
RIGHTS = {
    "PermissionsApiEnabled",
    "PermissionsViewSetup",
    "PermissionsManageUsers",
    "PermissionsAssignPermissionSets",
    "PermissionsManageProfilesPermissionsets",
}


@pytest.mark.parametrize("actual", ORGS)
@pytest.mark.parametrize("kind", ORGS)
def test_an_org_of_another_kind_is_a_problem_but_sandbox_and_scratch_only_warn(
    kind: str, actual: str
) -> None:
    is_sandbox, organization_type, has_trial_end = ORGS[actual]
    problem, warning = kind_problem(
        kind,
        is_sandbox=is_sandbox,
        organization_type=organization_type,
        has_trial_end=has_trial_end,
    )
    if kind == actual:
        assert (problem, warning) == (None, None)
    elif {kind, actual} == {"sandbox", "scratch"}:
        assert problem is None
        assert warning is not None
        assert f'kind = "{actual}"' in warning
    else:
        assert warning is None
        assert problem is not None
        assert f"is a {kind} org" in problem
        assert f'write kind = "{actual}"' in problem


def test_a_production_trial_is_production() -> None:
    problem, _ = kind_problem(
        "production", is_sandbox=False, organization_type="Enterprise Edition", has_trial_end=True
    )
    assert problem is None


def test_the_bot_with_its_rights_lacks_nothing_but_an_app_needs_two_more() -> None:
    assert missing_rights(RIGHTS, app=False) == ()
    assert missing_rights(RIGHTS, app=True) == ("Customize Application", "Modify All Data")
    more = {*RIGHTS, "CustomizeApplication", "ModifyAllData"}
    assert missing_rights(more, app=True) == ()


def test_a_missing_right_is_named_as_setup_names_it() -> None:
    assert missing_rights(RIGHTS - {"PermissionsManageUsers"}, app=False) == ("Manage Users",)


def test_rights_that_could_not_be_read_are_not_guessed() -> None:
    assert missing_rights((), app=True) == ()
