"""How fast each network's protocol reads, and what it sends."""
