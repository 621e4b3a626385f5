"""Bundles of evidence that anyone can verify: files, statement, signature, time stamp, and the log of all.

What is in a bundle and what it proves, docs/evidence.md says. Nothing here asks a node or reads a published document:
``daemon/evidence.py`` makes bundles and re-does what they say, by the same functions as the daemon.
"""
