"""Sui's GraphQL service: coins of every type at one checkpoint."""
