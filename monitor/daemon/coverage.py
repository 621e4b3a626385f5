"""What of the published lists can be read, told before anything is read: what `config check --lists` does."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.chains import unreadable_because
from monitor.daemon import Report
from monitor.daemon.lists import read_list
from monitor.judgement import AssetCoverage, ClaimedPlace, Holdings, coverage, holdings
from monitor.model import Address, Code, Token, Verdict, WalletList
from monitor.published import DocumentError
from monitor.registry import Registry
from monitor.settings import ExchangeSettings, NetworkSettings, Settings

_UNJUDGED = Verdict(Code.NO_SIGNATURE, "signatures were not looked at")
"""They do not matter to what can be read."""


@dataclass(frozen=True, slots=True)
class ListCoverage:
    """What of one exchange's list can be read."""

    title: str
    assets: Sequence[AssetCoverage] = ()
    rows: int = 0
    undecodable: int = 0
    """Rows on a known network whose address is none there: they name nothing that could be read."""
    refusal: str = ""
    """Why there is no list; empty where there is one."""
    layout: str = ""
    accounts: Mapping[Token, Address] = field(default_factory=dict)
    """One claimed account of each token."""

    def claimed(self) -> Iterator[tuple[AssetCoverage, ClaimedPlace]]:
        """Yield where coins are claimed, by asset; a claim of 0 asks for nothing."""
        for asset in self.assets:
            yield from ((asset, place) for place in asset.places if place.claimed)

    def left_open(self) -> Iterator[tuple[AssetCoverage, ClaimedPlace]]:
        """Yield where coins are claimed that will not be read."""
        yield from ((asset, place) for asset, place in self.claimed() if place.cause)


async def list_coverage(settings: Settings, registry: Registry, progress: Report) -> Mapping[str, ListCoverage]:
    """Read the list of every exchange of ``settings``, and tell what of each can be read. No node is asked."""
    found = {}
    for done, (name, exchange) in enumerate(settings.exchanges.items()):
        progress("lists", done, len(settings.exchanges))
        try:
            published = await read_list(exchange.wallets, registry)
        except DocumentError as error:
            found[name] = ListCoverage(exchange.title or name, refusal=str(error))
        else:
            found[name] = await asyncio.to_thread(_covered, name, exchange, published, settings.networks, registry)
    progress("lists", len(settings.exchanges), len(settings.exchanges))
    return found


def _covered(
    name: str,
    exchange: ExchangeSettings,
    published: WalletList,
    networks: Mapping[str, NetworkSettings],
    registry: Registry,
) -> ListCoverage:
    claims = published.claims
    held = holdings(claims, [_UNJUDGED] * len(claims), registry.known_asset)
    return ListCoverage(
        exchange.title or name,
        coverage(held, networks.keys(), unreadable_networks(held, registry), exchange.assets),
        rows=len(claims),
        layout=published.layout,
        accounts={token: held.of(token)[0] for token in held.accounts},
        undecodable=sum(claim.network is not None and claim.account is None for claim in claims),
    )


def unreadable_networks(holdings: Holdings, registry: Registry) -> dict[str, str]:
    """Return, of the networks that a list names, why no node can be asked about their balances."""
    claimed = {token.network for token in holdings.accounts}
    return {name: why for name in claimed if (why := unreadable_because(registry.networks[name]))}
