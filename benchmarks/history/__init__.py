"""How much room the history takes, and what its writing and reading cost."""
