"""What is counted, by which name, and how it reads for Prometheus.

The registry belongs to one bot; nothing is counted at import. Labels are words of ours, org keys of
the configuration and Slack's method names: never what a person typed, never a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

CONTENT_TYPE = CONTENT_TYPE_LATEST
PREFIX = "integration_user_bot_"

_QUICK = (0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
"""An ack must reach Slack within three seconds (slack-platform 2)."""
_CALLS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0)
_JOBS = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0)

KINDS = ("command", "action", "view", "options", "shortcut", "event", "other")
"""Of payloads, as `acks` counts them."""
TURNED_AWAY = (
    "no_signature",
    "wrong_signature",
    "wrong_time",
    "malformed",
    "unsupported",
    "too_large",
    "too_slow",
    "broken_off",
    "too_many",
    "not_ready",
)
"""Why HTTP mode does not take a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What store and engine say at one moment; `waited` is seconds of the oldest due run."""

    requests: Mapping[str, int] = field(default_factory=dict)
    orgs_refused: Mapping[str, bool] = field(default_factory=dict)
    due: int = 0
    given_up: int = 0
    channels_refused: int = 0
    waited: float = 0.0


class Metrics:
    """The numbers of one bot. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._counters()
        self._gauges()
        self._begin_at_nothing()

    def _counters(self) -> None:
        self._acks = self._counter("acks", "Payloads of Slack answered", "kind", "outcome")
        self._turned = self._counter(
            "slack_turned_away", "Requests that HTTP mode did not take", "reason"
        )
        self._ack = self._histogram("ack_seconds", "Until the answer was ready", _QUICK, "kind")
        self._jobs = self._counter("jobs", "Runs that ended in this process", "job", "outcome")
        self._job = self._histogram("job_seconds", "From begin to end of a run", _JOBS, "job")
        self._orgs = self._counter(
            "salesforce_calls", "HTTP requests to an org", "org", "kind", "outcome"
        )
        self._org = self._histogram(
            "salesforce_call_seconds", "Until the org answered", _CALLS, "org", "kind"
        )
        self._slacks = self._counter("slack_calls", "Calls of the Web API", "method", "outcome")
        self._slack = self._histogram(
            "slack_call_seconds", "Until Slack answered", _CALLS, "method"
        )

    def _gauges(self) -> None:
        self._used = self._gauge("salesforce_api_used", "Requests of 24 hours, as told", "org")
        self._allowed = self._gauge("salesforce_api_allowed", "Requests allowed in them", "org")
        self._requests = self._gauge("requests", "Requests by state", "state")
        self._closed = self._gauge("org_refused", "1 when nobody can choose the org", "org")
        self._due = self._gauge("messages_due", "Messages that Slack does not show yet")
        self._given_up = self._gauge("messages_given_up", "Messages that nobody tries any more")
        self._channels = self._gauge("channels_refused", "Channels that take nothing from the bot")
        self._waited = self._gauge("engine_wait_seconds", "The oldest due run waits this long")
        self._tick = self._gauge("tick_age_seconds", "Since the clock's last tick was done")
        self._readable = self._gauge("store_readable", "1 when the store answered this scrape")

    def _begin_at_nothing(self) -> None:
        """Show 0 of what alerts watch: a series that begins at 1 is no increase to Prometheus.

        Jobs do so when they are known.
        """
        for reason in TURNED_AWAY:
            self._turned.labels(reason)
        for kind in KINDS:
            self._acks.labels(kind, "failed")

    def acked(self, kind: str, outcome: str, seconds: float) -> None:
        """A payload of Slack was answered."""
        self._acks.labels(kind, outcome).inc()
        self._ack.labels(kind).observe(seconds)

    def turned_away(self, reason: str) -> None:
        """HTTP mode did not take a request."""
        self._turned.labels(reason).inc()

    def knows_job(self, job: str) -> None:
        """A job may run here from now on."""
        self._jobs.labels(job, "failed")

    def worked(self, job: str, outcome: str, seconds: float) -> None:
        """A run ended here, well or not."""
        self._jobs.labels(job, outcome).inc()
        self._job.labels(job).observe(seconds)

    def called_org(self, org: str, kind: str, outcome: str, seconds: float) -> None:
        """An HTTP request to an org ended, well or not."""
        self._orgs.labels(org, kind, outcome).inc()
        self._org.labels(org, kind).observe(seconds)

    def org_limit(self, org: str, used: int, allowed: int) -> None:
        """The org said how many of its daily requests are used."""
        self._used.labels(org).set(used)
        self._allowed.labels(org).set(allowed)

    def called_slack(self, method: str, outcome: str, seconds: float) -> None:
        """A call of Slack's Web API ended, well or not."""
        self._slacks.labels(method, outcome).inc()
        self._slack.labels(method).observe(seconds)

    def exposed(self, standing: Standing | None, *, tick_age: float) -> bytes:
        """Everything as Prometheus reads it; without a `standing` its gauges say NaN, not old."""
        self._readable.set(standing is not None)
        self._tick.set(tick_age)
        self._requests.clear()
        for state, count in (standing.requests if standing else {}).items():
            self._requests.labels(state).set(count)
        self._closed.clear()
        for org, refused in (standing.orgs_refused if standing else {}).items():
            self._closed.labels(org).set(refused)
        unknown = float("nan")
        self._due.set(standing.due if standing else unknown)
        self._given_up.set(standing.given_up if standing else unknown)
        self._channels.set(standing.channels_refused if standing else unknown)
        self._waited.set(standing.waited if standing else unknown)
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(PREFIX + name, text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(PREFIX + name, text, labels, registry=self.registry)

    def _histogram(
        self, name: str, text: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(PREFIX + name, text, labels, buckets=buckets, registry=self.registry)
