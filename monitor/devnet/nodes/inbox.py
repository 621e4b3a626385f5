"""The inbox that a devnet's monitor sends its alerts to."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from monitor.devnet import inbox
from monitor.devnet.nodes.prometheus import local_get
from monitor.devnet.processes import Node


class Inbox(Node):
    """Takes messages and shows them."""

    name = "inbox"

    def command(self) -> Sequence[str | Path]:
        return (sys.executable, "-I", "-S", inbox.__file__, str(self.port))

    def ask(self) -> None:
        self.messages()

    def messages(self) -> list[inbox.Letter]:
        """What came, newest first."""
        letters: list[inbox.Letter] = json.loads(local_get(self.port, "/messages"))
        return letters
