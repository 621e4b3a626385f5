"""Where Aptos' nodes tell what an account holds of an asset, and what the asset is.

A balance is asked for by an asset's type: that of a coin (such as APT's, to which the node adds the same coin as a
fungible asset), or the address of a fungible asset's metadata, of which the *primary* store counts. Accounts need not
exist to hold something, so one that holds nothing has a balance of 0 (aptos-core, api/src/accounts.rs).
"""

from monitor.chains.rest_api import member, unsigned
from monitor.model import Address

_APT = "0x1::aptos_coin::AptosCoin"


def balance_path(account: Address, contract: str | None) -> str:
    """Return the path of what ``account`` holds of the native coin, or of the asset ``contract``."""
    return f"/accounts/{account}/balance/{contract or _APT}"


def metadata_path(contract: str) -> str:
    """Return the path of what an asset says of itself."""
    publisher, _, struct = contract.partition("::")
    kind = f"0x1::coin::CoinInfo%3C{contract}%3E" if struct else "0x1::fungible_asset::Metadata"
    return f"/accounts/{publisher}/resource/{kind}"


def decimals_of(metadata: object) -> int:
    """Return the decimals that ``metadata`` state; LookupError, TypeError or ValueError for anything else."""
    return unsigned(member(metadata, "data", "decimals"))
