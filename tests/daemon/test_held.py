"""What lists are kept from doing to every thread at once."""

import gc
from weakref import WeakSet

from monitor.daemon import held
from monitor.daemon.held import full_collections_held, let_go


class _Row:
    pass


def test_no_full_collection_runs_while_any_list_is_judged() -> None:
    before = gc.get_threshold()
    with full_collections_held():
        with full_collections_held():
            assert gc.get_threshold()[2] == held._NEVER
        assert gc.get_threshold()[2] == held._NEVER
    assert gc.get_threshold() == before


def test_rows_that_nobody_else_holds_are_freed() -> None:
    rows = [_Row() for _ in range(3 * held._FEW + 1)]
    alive = WeakSet(rows)
    let_go(rows)  # type: ignore[arg-type]
    assert rows == []
    assert len(alive) == 0
