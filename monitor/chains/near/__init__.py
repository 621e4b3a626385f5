"""NEAR: owners, asked of nodes."""
