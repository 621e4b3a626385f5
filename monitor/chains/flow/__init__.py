"""Flow: FLOW at one sealed block."""
