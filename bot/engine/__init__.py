"""Durable work: what is begun is finished, whatever dies in between.

The rest of the house registers jobs, enqueues them in its own transaction and waits for their
end; which library keeps the checkpoints is known only in this room (engine, engine-in-use).
"""

from bot.engine.jobs import JSON, Job, Jobs, Run, StepFailed
from bot.engine.runs import RunFailed, RunState, RunStatus
from bot.engine.runtime import Engine, QueueSpec
from bot.engine.schema import (
    TAKEN_TABLE_NAMES,
    SchemaMissing,
    engine_schema_ok,
    migrate_engine,
)

__all__ = [
    "JSON",
    "TAKEN_TABLE_NAMES",
    "Engine",
    "Job",
    "Jobs",
    "QueueSpec",
    "Run",
    "RunFailed",
    "RunState",
    "RunStatus",
    "SchemaMissing",
    "StepFailed",
    "engine_schema_ok",
    "migrate_engine",
]
