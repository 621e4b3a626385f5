"""Conflux Core: CFX, staked or as collateral too, at one epoch."""
