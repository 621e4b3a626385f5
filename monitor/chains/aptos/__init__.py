"""Aptos: owners, asked of nodes."""
