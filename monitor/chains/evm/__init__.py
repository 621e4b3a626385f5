"""EVM nodes: every balance and every answer of a contract at one block hash."""
