"""XRP Ledger."""
