"""Cardano: ADA at the newest block."""
