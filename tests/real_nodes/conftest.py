"""Readers of nodes that take minutes to install: ``make test-nodes`` does."""

from tests.integration.chains.conftest import open_reader

__all__ = ["open_reader"]
