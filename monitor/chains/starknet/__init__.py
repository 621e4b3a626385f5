"""Starknet: owners, asked of nodes."""
