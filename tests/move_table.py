"""The table of moves as docs/architecture.md shows it; `python -m tests.move_table` writes it."""

from pathlib import Path

from bot.core.lifecycle import ENDS, MOVES
from store.records import State

PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"
BEGIN = "<!-- moves: begin -->\n"
END = "<!-- moves: end -->\n"


def table() -> str:
    """One row per state: what may happen in it, and which state that leads to."""
    lines = ["| in state | it moves by | and stays by |", "|---|---|---|"]
    for state in State:
        moves = [(event, to) for (origin, event), to in MOVES.items() if origin is state]
        away = [f"`{event}` → {to}" for event, to in moves if to is not state]
        stays = [f"`{event}`" for event, to in moves if to is state]
        ended = "nothing: this is an end" if state in ENDS else "nothing"
        lines.append(
            f"| **{state}** | {', '.join(away) or ended} | {', '.join(stays) or 'nothing'} |"
        )
    return "\n".join(lines) + "\n"


def on_the_page(text: str) -> str:
    """What stands between the two marks."""
    _, begun, rest = text.partition(BEGIN)
    inside, ended, _ = rest.partition(END)
    if not (begun and ended):
        raise ValueError(f"{PAGE.name} needs the lines {BEGIN.strip()} and {END.strip()}")
    return inside


def rewritten(text: str) -> str:
    """The page with the table as it should be."""
    on_the_page(text)
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text("utf-8")), "utf-8")
