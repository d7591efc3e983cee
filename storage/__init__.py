"""Keeps, finds, proves: configuration, records, database, WARC archive and ledger."""
