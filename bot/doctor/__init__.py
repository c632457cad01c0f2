"""Is everything as it must be, on both sides? Looks, writes nothing there, and says what to do."""
