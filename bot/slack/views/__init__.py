"""Every word the bot says: pure functions from records to Block Kit payloads."""
