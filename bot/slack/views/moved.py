"""What does an open form say when the org that it shows is another one?"""

from __future__ import annotations

from dataclasses import dataclass

from bot.slack.views.text import line


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What changed in an open form when its org did: labels as a person reads them, not escaped.

    `left` is the org that the form showed before, `gone` one that was wanted and cannot be chosen
    any more, `cleared` whether an app or objects had been chosen, `refusal` why the org that is
    shown now cannot be asked for.
    """

    left: str
    shown: str
    gone: str = ""
    cleared: bool = False
    refusal: str = ""

    def sentences(self) -> str:
        """Say it, escaped; nothing when there is nothing to say."""
        said = []
        if self.gone:
            said.append(
                f"{line(self.gone)} cannot be chosen any more, so the form shows"
                f" {line(self.shown)}. Please check that this is the org you mean."
            )
        if self.cleared:
            why = f" because they belong to {line(self.left)}" if self.left != self.shown else ""
            said.append(f"The app and the objects were cleared{why}. Please choose them again.")
        if self.refusal:
            said.append(line(self.refusal, 1000))
        return " ".join(said)
