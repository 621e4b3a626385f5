"""How fast a published list is read, checked and compared with the one before, and what that takes at least."""
