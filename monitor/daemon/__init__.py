"""The clock and the hub: schedules the jobs, holds the current assessments, hands them on."""

from monitor.daemon.compared import ComparedFile, compare_claims
from monitor.daemon.configuration import load_configuration, read_configuration
from monitor.daemon.once import JudgedFile, Report, check, judge_list
from monitor.daemon.service import Daemon, serve

__all__ = [
    "ComparedFile",
    "Daemon",
    "JudgedFile",
    "Report",
    "check",
    "compare_claims",
    "judge_list",
    "load_configuration",
    "read_configuration",
    "serve",
]
