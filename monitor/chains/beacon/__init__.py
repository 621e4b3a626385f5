"""Beacon nodes (the standard API of Ethereum's consensus clients): what validators hold, and who gets it."""
