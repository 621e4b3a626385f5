"""Internet Computer: ICP at one block of the ledger."""
