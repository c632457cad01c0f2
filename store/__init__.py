"""What we know: records, tables, ledger, outbox, catalogue. Never imports `bot`."""
