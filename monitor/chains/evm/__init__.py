"""EVM nodes: every balance and every answer of a contract at one block hash."""

import monitor.formats.recursion  # noqa: F401 - before web3
