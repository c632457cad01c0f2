"""What we do: the bot. The nouns and the database are in `store`."""
