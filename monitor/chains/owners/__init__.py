"""Protocols that confirm owners of accounts; what they hold is not read through them."""
