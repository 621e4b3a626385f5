"""TON: owners, asked of nodes."""
