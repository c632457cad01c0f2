"""Which misfortunes does the next Web API call meet? Set by tests, used up by calls."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.workspace.facts import Fact


@dataclass(slots=True, kw_only=True)
class Fault:
    """One misfortune: for `method` (`*` = any) and `channel` (None = any), `times` times."""

    method: str
    channel: str | None = None
    times: int = 1
    status: int | None = None
    retry_after: int | None = None
    error: str | None = None
    messages: tuple[str, ...] = ()
    seconds: float = 0.0
    drop: str | None = None
    fact: Fact = Fact.DEMANDED
    met: int = 0


@dataclass(slots=True)
class Faults:
    """The misfortunes still to come."""

    now: Callable[[], float]
    waiting: list[Fault] = field(default_factory=list)
    pace: dict[str, float] = field(default_factory=dict)
    _last: dict[tuple[str, str | None], float] = field(default_factory=dict)

    def rate_limit(
        self, method: str, *, seconds: int = 1, channel: str | None = None, times: int = 1
    ) -> Fault:
        """HTTP 429 with Retry-After (slack-platform 2.2)."""
        return self._add(
            Fault(
                method=method,
                channel=channel,
                times=times,
                status=429,
                retry_after=seconds,
                error="ratelimited",
            )
        )

    def fail(
        self, method: str, *, status: int = 503, channel: str | None = None, times: int = 1
    ) -> Fault:
        """HTTP 5xx without an effect."""
        return self._add(Fault(method=method, channel=channel, times=times, status=status))

    def refuse(
        self,
        method: str,
        error: str,
        *,
        messages: tuple[str, ...] = (),
        channel: str | None = None,
        times: int = 1,
    ) -> Fault:
        """`ok: false` with this error, without an effect; e.g. invalid_blocks once."""
        return self._add(
            Fault(method=method, channel=channel, times=times, error=error, messages=messages)
        )

    def slow(
        self, method: str, seconds: float, *, channel: str | None = None, times: int = 1
    ) -> Fault:
        """Latency before the effect."""
        return self._add(Fault(method=method, channel=channel, times=times, seconds=seconds))

    def drop(
        self, method: str, *, after_effect: bool, channel: str | None = None, times: int = 1
    ) -> Fault:
        """The connection breaks, before or after the effect."""
        when = "after" if after_effect else "before"
        return self._add(Fault(method=method, channel=channel, times=times, drop=when))

    def limit_pace(self, method: str, *, seconds: float) -> None:
        """From now on at most one call per `seconds` and channel; others get 429 (2.2)."""
        self.pace[method] = seconds

    def clear(self) -> None:
        """No more misfortunes."""
        self.waiting.clear()
        self.pace.clear()

    def _add(self, fault: Fault) -> Fault:
        self.waiting.append(fault)
        return fault

    def take(self, method: str, channel: str | None) -> Fault | None:
        """The misfortune this call meets, used up once."""
        for fault in self.waiting:
            if fault.method in ("*", method) and fault.channel in (None, channel):
                fault.met += 1
                if fault.met >= fault.times:
                    self.waiting.remove(fault)
                return fault
        return self._too_fast(method, channel)

    def _too_fast(self, method: str, channel: str | None) -> Fault | None:
        gap = self.pace.get(method)
        if gap is None:
            return None
        now = self.now()
        last = self._last.get((method, channel))
        if last is not None and now - last < gap:
            wait = max(1, round(gap - (now - last)))
            return Fault(
                method=method, status=429, retry_after=wait, error="ratelimited", fact=Fact.RATE
            )
        self._last[method, channel] = now
        return None
