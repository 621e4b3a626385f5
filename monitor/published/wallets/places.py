"""From what a row says (coin id, network, address) to a token and an account, each combination looked up once."""

from monitor.model import Address, ClaimKind, Network
from monitor.published.cells import shown
from monitor.registry import Placement, Registry
from monitor.registry.addresses import AddressError, NoCodecError, decode
from monitor.registry.addresses.beacon import is_withdrawal

_REMEMBERED = 1 << 17  # addresses that recur under several coin ids, as those of EVM networks do


class Places:
    """Looks rows up in the registry; belongs to the reading of one document."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._placements: dict[tuple[str, str, ClaimKind], Placement] = {}
        self._accounts: dict[tuple[str, str], tuple[Address | None, str]] = {}

    def place(self, coin: str, label: str, kind: ClaimKind) -> Placement:
        """``Registry.place``, remembered: a list has millions of rows and a few hundred coin ids."""
        key = (coin, label, kind)
        placement = self._placements.get(key)
        if placement is None:
            placement = self._placements[key] = self.registry.place(coin, label, kind)
        return placement

    def account(
        self, network: Network | None, address: str, kind: ClaimKind = ClaimKind.ACCOUNT
    ) -> tuple[Address | None, str]:
        """The canonical form of ``address``, and why it does not decode; neither where there is nothing to decode.

        A withdrawal address stands for validators only where the row's ``kind`` says that the coins are staked.
        """
        account, fault = self._account(network, address)
        if network and network.execution and kind is ClaimKind.ACCOUNT and account and is_withdrawal(account):
            return None, f"{shown(address)} is no validator's key, and the row does not say that its coins are staked"
        return account, fault

    def _account(self, network: Network | None, address: str) -> tuple[Address | None, str]:
        if network is None or not address:
            return None, ""
        key = (network.name, address)
        found = self._accounts.get(key)
        if found is None:
            found = _decoded(network, address)
            if len(self._accounts) < _REMEMBERED:
                self._accounts[key] = found
        return found


def _decoded(network: Network, address: str) -> tuple[Address | None, str]:
    try:
        canonical = decode(network, address).canonical
    except NoCodecError as error:
        return None, f"{shown(address)} {error}"
    except AddressError as error:
        return None, f"{shown(address)} is not an address of {network.name}: {error}"
    return (address if canonical == address else canonical), ""
