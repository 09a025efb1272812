"""Ledger, journal, catalogue and leases, one technology each."""
