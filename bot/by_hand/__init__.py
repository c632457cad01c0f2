"""`job NAME`: one job of the clock, now, whether a bot is running or not."""
