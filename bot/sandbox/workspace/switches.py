"""Which facts about Slack are settings here, because nobody could confirm them?

Every field has a default (what we believe) and a second position (what might be true instead);
the bot has to work in both. Confirmed facts are no switches: they are simply enforced.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Positions of the unconfirmed facts; times are seconds (slack-platform 8 and marks [K])."""

    trigger_seconds: float = 3.0
    """Life of a trigger_id. Smaller: tests of expiry need not wait (slack-platform 2)."""

    ack_seconds: float = 3.0
    """How long a person waits for an ack before operation_timeout (slack-platform 2)."""

    late_ack_obeyed: bool = False
    """False: an ack after the deadline is dropped. True: its response_action still happens."""

    redeliver_unacked: bool = True
    """True: an envelope whose connection broke before the ack goes to another connection, within
    the ack time. False: it is lost and the person sees a timeout (slack-platform 2)."""

    response_url_uses: int = 5
    response_url_seconds: float = 30 * 60.0
    """Uses and life of a response_url (slack-platform 2)."""

    typed_values_survive_update: bool = True
    """True: on update an input keeps what was typed if block_id and action_id are unchanged.
    False: every update starts from the initial values again (slack-platform 2)."""

    typing_changes_hash: bool = False
    """True: every filled field gives the view a new hash, so that a hash taken before conflicts.
    False: only updates and submissions do (slack-platform 2, hash)."""

    stale_parent_hash: bool = True
    """True: submitting a pushed view gives the views below a new hash (bolt-js #787).
    False: their hashes stay valid."""

    count_after_escaping: bool = True
    """True: `&`, `<`, `>` count as `&amp;`, `&lt;`, `&gt;` in every length limit.
    False: characters count as written (slack-platform 1.2)."""

    refuse_unknown_properties: bool = True
    """True: a property that the block or element does not have is refused.
    False: it is ignored."""

    unsupported_blocks: frozenset[str] = frozenset()
    """Block types that this workspace refuses with invalid_blocks although they are documented,
    e.g. `{"plan"}` or `{"table"}`: phased rollouts (slack-platform 1.2, 8)."""

    tables_on_home: bool = False
    """True: table and data_table are allowed on Home. False: refused (slack-platform 8)."""

    container_on_home: bool = False
    """True: container is allowed on Home. False: refused (slack-platform 8)."""

    card_in_modal: bool = False
    """True: card is allowed in a modal. False: refused (slack-platform 1.1)."""

    data_table_rows: int = 101
    """Most rows of a data_table, header included: 101 or 201 (slack-platform 1.2)."""

    chart_series: int = 6
    """Most series or segments of a chart: 6 or 12 (slack-platform 1.2)."""

    groups_in_plan: bool = True
    """False: a free plan; usergroups.* answer plan_upgrade_required (slack-platform 2.2)."""

    foreigners_visible: bool = True
    """True: users.info answers about people of a connected workspace (is_stranger, their own
    team_id). False: user_not_visible (slack-platform 2.2)."""

    deleted_parent_refused: bool = False
    """True: a line for the thread of a deleted message is refused with thread_not_found.
    False: it is taken, and stands where nobody looks (slack-platform 2.2 [U])."""

    dm_by_user_id: bool = True
    """True: chat.postMessage to a user id opens the DM. False: channel_not_found, the DM must be
    opened by conversations.open first (slack-platform 2.2)."""
