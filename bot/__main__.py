"""`python -m bot`, and the console script."""

from __future__ import annotations

from bot.cli import cli


def main() -> None:
    """Run the command line; exits with the contract's codes."""
    cli.main(prog_name="integration-user-bot")


if __name__ == "__main__":
    main()
