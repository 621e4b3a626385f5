"""Starknet."""
