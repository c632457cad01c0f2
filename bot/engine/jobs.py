"""What is a job, what is a run of it, and what may a run rely on?

A job is an async function `fn(run, *args)`. Each `run.step` is written down with its JSON result:
after a crash the function is called again and gets the written results instead of doing the work
twice. Between steps it must be deterministic: whatever depends on time, chance or the outside
belongs into a step, and a plan into the result of one (engine-in-use 3). A step that was cut off
by a crash is done again, so what it does must bear being repeated.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias, TypeVar, cast

from dbos import DBOS, PortableWorkflowError

from bot.engine.library import SERIALIZER

__all__ = ["JSON", "Job", "Jobs", "Run", "StepFailed"]

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Job: TypeAlias = "Callable[..., Awaitable[JSON]]"
T = TypeVar("T")

LONGEST_WAIT = timedelta(minutes=1)

log = logging.getLogger(__name__)


class StepFailed(Exception):  # noqa: N818 - the event, as flows read it
    """A step ended in an exception; it looks the same at once and after a restart.

    `kind` is the class name of the exception, `message` its text, `details` its public
    attributes, given only for the kinds that the step called `expected`.
    """

    def __init__(
        self, step: str, *, kind: str, message: str, details: Mapping[str, JSON] | None = None
    ) -> None:
        super().__init__(f"{step}: {kind}: {message}")
        self.step = step
        self.kind = kind
        self.message = message
        self.details: dict[str, JSON] = dict(details or {})

    @property
    def data(self) -> dict[str, JSON]:
        """What the library keeps beside the text of an exception."""
        return {
            "step": self.step,
            "kind": self.kind,
            "message": self.message,
            "details": self.details,
        }


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job, for as long as its function is being called."""

    id: str

    async def step(
        self,
        name: str,
        action: Callable[..., Awaitable[T]],
        /,
        *args: object,
        tries: int = 1,
        wait: timedelta = timedelta(seconds=1),
        should_retry: Callable[[Exception], bool] | None = None,
        expected: tuple[type[Exception], ...] = (),
    ) -> T:
        """Do `action(*args)` once, write its JSON result down and return it as JSON gives it back.

        An exception for which `should_retry` says yes is tried again, at most `tries` times in
        all, after waits doubling from `wait`; any other ends the step at once. The last one is
        raised as StepFailed. Names may repeat: the order of the calls tells steps apart.
        """

        async def attempt() -> T:
            return await _patiently(
                name,
                lambda: action(*args),
                tries=tries,
                wait=wait,
                should_retry=should_retry,
                expected=expected,
            )

        try:
            return await DBOS.run_step_async({"name": name}, attempt)
        except PortableWorkflowError as written:
            raise _rebuilt(name, written) from None


class Jobs:
    """The kinds of work there are, by name; filled before the engine is launched."""

    def __init__(self) -> None:
        self._known: dict[str, Job] = {}

    def register(self, name: str, job: Job) -> None:
        """Add a job. A name stands for one function only: it is written into every run."""
        if name in self._known:
            raise ValueError(f"there is already a job called {name}")
        self._known[name] = job

    def adopted(self, run_id: str) -> None:
        """Say that a run of a replica that is gone was put back into its queue."""
        log.warning("adopted %s from a replica that is gone", run_id)

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def items(self) -> tuple[tuple[str, Job], ...]:
        """Name and function of every job, in order of registration."""
        return tuple(self._known.items())


async def _patiently(
    name: str,
    attempt: Callable[[], Awaitable[T]],
    *,
    tries: int,
    wait: timedelta,
    should_retry: Callable[[Exception], bool] | None,
    expected: tuple[type[Exception], ...],
) -> T:
    """Try, wait, try again. Ours and not the library's, which would keep only "too many tries"."""
    for tried in range(1, tries + 1):
        try:
            result = await attempt()
            return cast(T, SERIALIZER.deserialize(SERIALIZER.serialize(result)))
        except Exception as error:
            again = should_retry is not None and should_retry(error)
            if tried < tries and again:
                log.info(
                    "step %s failed (%s), try %d follows", name, type(error).__name__, tried + 1
                )
                await asyncio.sleep(min(wait * 2 ** (tried - 1), LONGEST_WAIT).total_seconds())
                continue
            if not again and not isinstance(error, expected):
                log.exception("step %s failed for a reason that nobody foresaw", name)
            raise _described(name, error, expected) from error
    raise ValueError("a step needs at least one try")


def _described(name: str, error: Exception, expected: tuple[type[Exception], ...]) -> StepFailed:
    details: dict[str, JSON] = {}
    if isinstance(error, expected):
        for key, value in getattr(error, "__dict__", {}).items():
            if _is_plain(value) and not key.startswith("_"):
                details[key] = list(value) if isinstance(value, tuple) else value
    return StepFailed(name, kind=type(error).__name__, message=str(error), details=details)


def _is_plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_plain(one) for one in value)
    return value is None or isinstance(value, bool | int | float | str)


def _rebuilt(name: str, written: PortableWorkflowError) -> StepFailed:
    data = written.data if isinstance(written.data, dict) else {}
    details = data.get("details")
    return StepFailed(
        str(data.get("step", name)),
        kind=str(data.get("kind", written.name)),
        message=str(data.get("message", written.message)),
        details=details if isinstance(details, dict) else None,
    )
