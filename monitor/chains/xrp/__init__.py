"""The XRP Ledger: owners, asked of nodes."""
