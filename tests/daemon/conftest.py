"""The daemon sets up logging: each test gives it back."""

import pytest


@pytest.fixture(autouse=True)
def _logging(quiet_logging: None) -> None:
    """See ``quiet_logging``."""
