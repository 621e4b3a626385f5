"""Stacks: STX, stacked too, at one block."""
