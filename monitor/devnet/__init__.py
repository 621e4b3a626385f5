"""A local exchange on real local nodes: to try the monitor on, and to test it with."""

import monitor.formats.recursion  # noqa: F401 - before eth_account
