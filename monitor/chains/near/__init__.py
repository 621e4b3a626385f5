"""NEAR."""
