"""ICON: ICX, staked too, at one block."""
