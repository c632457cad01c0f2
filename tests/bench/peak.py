"""One command of the bot in a process of its own, and what it took: `-m tests.bench.peak ARGS`.

Not `ru_maxrss`: on Linux it outlives exec, so that it may tell the memory of whoever started this
process. VmHWM begins anew with exec.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from bot.cli import cli

MARK = "bench: "


def kilobytes(status: str, key: str) -> int:
    """One value of a /proc status, such as VmRSS or VmHWM."""
    return int(next(line for line in status.splitlines() if line.startswith(f"{key}:")).split()[1])


def _main() -> None:
    code: object = 0
    try:
        cli(sys.argv[1:], standalone_mode=False)
    except SystemExit as end:
        code = end.code
    status = Path("/proc/self/status").read_text()
    took = {"cpu": time.process_time(), "peak_kb": kilobytes(status, "VmHWM")}
    sys.stdout.write(f"{MARK}{json.dumps(took)}\n")
    raise SystemExit(code)


if __name__ == "__main__":
    _main()
