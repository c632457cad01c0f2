from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.sandbox.soql.small_org import SmallOrg, ask, names, refusal


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("LastLoginDate = TODAY", ["Ada"]),
        ("LastLoginDate = today", ["Ada"]),
        ("LastLoginDate = YESTERDAY", ["ben"]),
        ("LastLoginDate < TODAY", ["ben", "Rae"]),
        ("LastLoginDate > YESTERDAY", ["Ada"]),
        ("LastLoginDate >= YESTERDAY", ["Ada", "ben"]),
        ("LastLoginDate <= YESTERDAY", ["ben", "Rae"]),
        ("LastLoginDate != TODAY", ["ben", "Rae", None]),
        ("LastLoginDate = LAST_N_DAYS:1", ["Ada", "ben"]),
        ("LastLoginDate = LAST_N_DAYS:7", ["Ada", "ben", "Rae"]),
        ("LastLoginDate = LAST_N_DAYS:6", ["Ada", "ben"]),
        ("LastLoginDate < LAST_N_DAYS:6", ["Rae"]),
        ("LastLoginDate = N_DAYS_AGO:7", ["Rae"]),
        ("LastLoginDate = NEXT_N_DAYS:3", []),
        ("LastLoginDate = THIS_WEEK", ["Ada", "ben"]),
        ("LastLoginDate = LAST_WEEK", ["Rae"]),
        ("LastLoginDate = THIS_MONTH", ["Ada", "ben", "Rae"]),
        ("LastLoginDate = LAST_MONTH", []),
        ("LastLoginDate = THIS_QUARTER", ["Ada", "ben", "Rae"]),
        ("LastLoginDate = THIS_YEAR", ["Ada", "ben", "Rae"]),
        ("LastLoginDate IN (TODAY, YESTERDAY)", ["Ada", "ben"]),
        ("LastLoginDate > 2026-11-24T23:59:58Z", ["Ada", "ben"]),
        ("LastLoginDate > 2026-11-24T23:59:59.000+0000", ["Ada"]),
        ("LastLoginDate = 2026-11-25T09:00:00+01:00", ["Ada"]),
        ("LastLoginDate = null", [None]),
        ("Birthday = 1990-11-25", ["Ada"]),
        ("Birthday < THIS_YEAR", ["Ada"]),
        ("Birthday = TODAY", []),
    ],
)
def test_moments_compare_as_salesforce_compares_them(where, found):
    assert names(where) == found


def test_days_begin_at_midnight_where_the_caller_lives():
    berlin = SmallOrg(now=datetime(2026, 11, 25, 10, 30, tzinfo=timezone(timedelta(hours=1))))
    assert names("LastLoginDate = TODAY", berlin) == ["Ada", "ben"]
    assert names("LastLoginDate = YESTERDAY", berlin) == []


@pytest.mark.parametrize(
    ("literal", "first", "last"),
    [
        ("TOMORROW", "2026-11-26", "2026-11-26"),
        ("NEXT_N_DAYS:2", "2026-11-26", "2026-11-27"),
        ("LAST_90_DAYS", "2026-08-27", "2026-11-25"),
        ("NEXT_WEEK", "2026-11-29", "2026-12-05"),
        ("LAST_N_WEEKS:2", "2026-11-08", "2026-11-21"),
        ("NEXT_MONTH", "2026-12-01", "2026-12-31"),
        ("LAST_N_MONTHS:11", "2025-12-01", "2026-10-31"),
        ("N_MONTHS_AGO:11", "2025-12-01", "2025-12-31"),
        ("NEXT_QUARTER", "2027-01-01", "2027-03-31"),
        ("LAST_QUARTER", "2026-07-01", "2026-09-30"),
        ("NEXT_N_YEARS:2", "2027-01-01", "2028-12-31"),
        ("LAST_YEAR", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_date_literal_covers_these_days_and_no_others(literal, first, last):
    begin = datetime.fromisoformat(first).replace(tzinfo=UTC)
    end = datetime.fromisoformat(last).replace(tzinfo=UTC) + timedelta(days=1)
    edges = [begin - timedelta(seconds=1), begin, end - timedelta(seconds=1), end]
    org = SmallOrg(stored={"User": [{"LastLoginDate": edge} for edge in edges]})
    found = ask(f"SELECT LastLoginDate FROM User WHERE LastLoginDate = {literal}", org).records
    shown = [f"{edge:%Y-%m-%dT%H:%M:%S}.000+0000" for edge in edges[1:3]]
    assert [one["LastLoginDate"] for one in found] == shown


@pytest.mark.parametrize("where", ["Birthday = 2026-02-30", "LastLoginDate > 2026-11-24T25:00:00Z"])
def test_days_that_do_not_exist_are_refused(where):
    code, sentence = refusal(f"SELECT Id FROM User WHERE {where}")
    assert (code, sentence[:13]) == ("MALFORMED_QUERY", "Invalid date:")


def test_a_span_beyond_the_calendar_is_refused_and_not_a_crash():
    text = "SELECT Id FROM User WHERE LastLoginDate = LAST_N_DAYS:99999999"
    assert refusal(text) == ("MALFORMED_QUERY", "Invalid date: LAST_N_DAYS:99999999")
