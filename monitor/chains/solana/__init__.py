"""Solana nodes (JSON-RPC): SOL and tokens of the Token and Token-2022 programs, all at one slot."""
