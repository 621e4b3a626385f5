"""A list read, compared and judged as the daemon does it, in a process of its own."""
