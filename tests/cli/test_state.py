"""Where commands keep what they want to find again (XDG Base Directory Specification)."""

from pathlib import Path

from monitor.cli.state import state_directory


def test_the_state_directory_is_where_the_user_wants_it() -> None:
    assert state_directory({"XDG_STATE_HOME": "/srv/state"}) == Path("/srv/state/reserve-monitor")


def test_without_a_wish_or_with_a_relative_one_it_is_below_the_home_directory() -> None:
    usual = Path.home() / ".local/state/reserve-monitor"
    assert state_directory({}) == state_directory({"XDG_STATE_HOME": "state"}) == usual
