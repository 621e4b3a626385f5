"""The clock and the hub: schedules the jobs, holds the current assessments, hands them on.

Commands import what they need of it, and no more: :mod:`monitor.daemon.configuration`, :mod:`monitor.daemon.lists`,
:mod:`monitor.daemon.check`, :mod:`monitor.daemon.claims`, or :mod:`monitor.daemon.service` for all.
"""

from collections.abc import Callable

Report = Callable[[str, int, int], None]
"""Told what is done, how much of it, and of how much in all (0: not known)."""
