"""The real rows that OKX published for June 2026, and the networks that they are on, as local nodes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from monitor.devnet.nodes import Anvil
from monitor.model import BaseUnits, Claim, Network
from monitor.registry import Registry
from tests.support.evm import call as encoded
from tests.support.evm import issue, send
from tests.support.nodes import AnvilFactory
from tests.support.published import DATA, wallets

REAL_LIST = DATA / "wallets-partial-2026-06-19.csv"


def real_claims(registry: Registry) -> tuple[Claim, ...]:
    return wallets(REAL_LIST.read_bytes(), registry).claims


@dataclass(frozen=True)
class EvmChain:
    """A network on a local node that is at the real height when the claims come true, and goes on from there."""

    network: Network
    node: Anvil

    @classmethod
    def of(cls, network: Network, claims: Sequence[Claim], anvil: AnvilFactory) -> "EvmChain":
        """``claims`` are those of ``network``, all at one height; what they claim is there at this height only."""
        (height,) = {claim.height for claim in claims}
        assert height is not None
        tokens = [claim for claim in claims if claim.token and claim.token.contract]
        start = height - 1 - len(tokens)  # every issue is a block
        node = anvil(int(network.caip2.removeprefix("eip155:")), arguments=("--number", str(start)))
        chain = cls(network, node)
        for claim in tokens:
            assert claim.token is not None
            assert claim.account is not None
            issue(node, str(claim.token.contract), claim.account, units(claim))
        for claim in claims:
            if claim not in tokens:
                node.rpc("anvil_setBalance", claim.account, hex(units(claim)))
        node.mine()
        assert int(node.rpc("eth_blockNumber"), 16) == height
        node.mine()  # what is set from now on would else still change the block before
        chain._move_away(claims)
        return chain

    def _move_away(self, claims: Sequence[Claim]) -> None:
        """Nobody holds afterwards what was claimed."""
        for claim in claims:
            assert claim.token is not None
            assert claim.account is not None
            if claim.token.contract:
                self.node.rpc("anvil_impersonateAccount", claim.account)
                moved = encoded("transfer(address,uint256)", f"0x{1:040x}", units(claim))
                send(self.node, claim.token.contract, moved, sender=claim.account)
            else:
                self.node.rpc("anvil_setBalance", claim.account, "0x7")
        self.node.mine()


def units(claim: Claim) -> int:
    """Base units that are claimed."""
    assert claim.token is not None
    assert claim.amount is not None
    found = claim.amount.scaleb(claim.token.decimals)
    assert found == int(found)
    return int(found)


def overstated(claim: Claim) -> Decimal:
    """Its amount and one base unit more."""
    assert claim.token is not None
    return claim.token.whole(BaseUnits(units(claim) + 1))


def with_amount(lines: Sequence[str], number: int, amount: str) -> str:
    """The list of ``lines``, in whose line of this number (from 1 on) the amount, its last field, is another."""
    altered = lines[number - 1].rpartition(",")[0] + f",{amount}"
    return "\n".join([*lines[: number - 1], altered, *lines[number:]]) + "\n"
