"""No full collection walks a list while it is read; afterwards all is as before."""

import gc

import pytest

from monitor.published import collector
from monitor.published.collector import no_full_collections


def test_none_runs_until_the_last_reader_is_done() -> None:
    before = gc.get_threshold()
    with no_full_collections():
        with no_full_collections():
            assert gc.get_threshold() == (*before[:2], collector._NEVER)
        assert gc.get_threshold() == (*before[:2], collector._NEVER)
    assert gc.get_threshold() == before


def test_they_run_again_after_an_error() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="broken"), no_full_collections():
        raise ValueError("broken")
    assert gc.get_threshold() == before


def test_thresholds_that_were_set_by_others_come_back() -> None:
    before = gc.get_threshold()
    gc.set_threshold(123, 4, 56)
    try:
        with no_full_collections():
            pass
        assert gc.get_threshold() == (123, 4, 56)
    finally:
        gc.set_threshold(*before)
