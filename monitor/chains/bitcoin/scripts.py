"""The output scripts of accounts."""

from monitor.chains.node import Wanted
from monitor.model import Address, Network
from monitor.registry.addresses import bitcoin, decode


class Scripts:
    """Decodes the accounts of one network, each once: that takes longer than all else that is done to a reading."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._known: dict[Address, bytes] = {}

    def of_all(self, wanted: Wanted) -> dict[Address, bytes]:
        """Return the script of every account of the coin."""
        accounts = {account for token, accounts in wanted.items() if token.contract is None for account in accounts}
        return {account: self.of(account) for account in accounts}

    def of(self, account: Address) -> bytes:
        """Return the script of one account."""
        script = self._known.get(account)
        if script is None:
            script = self._known[account] = bitcoin.script_pubkey(decode(self._network, account))
        return script
