"""What does check say when an org refuses one question for a reason that passes by itself?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.doctor.report import Page
from bot.sandbox.orgs import API_LIMIT, OUT_OF_TIME, Reply
from tests.doctor.clinic import Clinic
from tests.doctor.test_org_side import points_to

BEHIND_THE_LOGIN = r"^/services/data/v"


@pytest.mark.parametrize(
    ("trouble", "said", "remedy"),
    [
        (API_LIMIT, "API calls of 24 hours are used up", "once calls have come back"),
        (replace(OUT_OF_TIME, whole=True), "it is busy: QUERY_TIMEOUT", "in a few minutes"),
    ],
    ids=["used up calls", "out of time"],
)
async def test_whichever_question_meets_it_nothing_but_the_org_is_accused(
    clinic: Clinic, trouble: Reply, said: str, remedy: str
) -> None:
    before = len(clinic.org.requests)
    await clinic.check()
    usual = clinic.not_ok()
    mine = clinic.org.requests[before:]
    calls = sum(one.path.startswith("/services/data/v") for one in mine)
    assert calls
    for number in range(calls):
        fault = clinic.org.faults.add(trouble, path=BEHIND_THE_LOGIN, skip=number)
        await clinic.check()
        assert fault.hits == 1
        (line,) = [one for key, one in clinic.not_ok().items() if key not in usual]
        assert said in line.text
        assert remedy in line.remedy
        assert points_to(line, Page.ORG_AWAY)
