"""Algorand's nodes: ALGO and standard assets, all at one round."""
