"""Filecoin."""
