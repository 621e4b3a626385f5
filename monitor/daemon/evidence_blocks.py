"""Verifying by nodes that blocks of Bitcoin have the Merkle roots that a bundle's time stamp leads to."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from monitor.chains import ChainError
from monitor.daemon.evidence_check import Verified
from monitor.evidence.errors import Fault
from monitor.evidence.statement import CALENDARS
from monitor.model import Network
from monitor.registry import Registry
from monitor.settings import EndpointSettings, NetworkSettings

_BITCOIN = "bitcoin"
_CLOCKS = timedelta(hours=2)
"""By which the time of a block may be wrong: nodes take none that is further ahead."""
_ROOT, _TIME = slice(36, 68), slice(68, 72)
"""Where a header has them."""


async def verify_blocks(
    found: Verified, made: datetime, networks: Mapping[str, NetworkSettings], registry: Registry
) -> None:
    """Ask bitcoind for the headers that the proof in ``found`` leads to, and add what is not so.

    ``made`` is the moment that the statement names. On a test network that the configuration puts in the place of
    Bitcoin nothing can be found wrong.
    """
    from monitor.chains.opening import configured_network  # noqa: PLC0415 - slow to import
    from monitor.chains.protocols import protocol_of  # noqa: PLC0415

    if found.proof is None or not found.proof.blocks or _BITCOIN not in networks:
        return
    network = configured_network(_BITCOIN, networks[_BITCOIN], registry)
    asked = [each for each in networks[_BITCOIN].endpoints if protocol_of(network, each) == "bitcoind"]
    if not asked:
        found.open.append(f"{CALENDARS}: no endpoint of {_BITCOIN} is bitcoind: the time stamp's blocks were not read")
    elsewhere = network.caip2 if network.caip2 != registry.networks[_BITCOIN].caip2 else ""
    for endpoint in asked:
        for height, root in found.proof.blocks:
            block = f"block {height} of {elsewhere or network.title}"
            try:
                header = await _header(network, endpoint, height)
            except ChainError as error:
                found.open.append(f"{CALENDARS}: {block} could not be read: {error}")
                break
            if header is None:
                found.open.append(f"{CALENDARS}: {endpoint.label} has no {block} yet")
                continue
            at = datetime.fromtimestamp(int.from_bytes(header[_TIME], "little"), UTC)
            if problem := _problem(root, header[_ROOT], at, made):
                fault = Fault(CALENDARS, f"{block}, by {endpoint.label}, {problem}")
                found.open.append(str(fault)) if elsewhere else found.faults.append(fault)
            else:
                before = (height, at, elsewhere or network.title)
                found.before = min(found.before or before, before)


def _problem(wanted: bytes, root: bytes, at: datetime, made: datetime) -> str:
    if root != wanted:
        return f"has the Merkle root {root[::-1].hex()}, not {wanted[::-1].hex()[:64]}"
    return f"is of {at.isoformat()}, before the moment that the statement names" if at < made - _CLOCKS else ""


async def _header(network: Network, endpoint: EndpointSettings, height: int) -> bytes | None:
    from monitor.chains.bitcoin.bitcoind import BitcoindNode  # noqa: PLC0415
    from monitor.chains.errors import Reason  # noqa: PLC0415
    from monitor.chains.link import Link  # noqa: PLC0415

    link = Link(endpoint)
    try:
        node = BitcoindNode(network, link)
        if (chain := await node.identify()) != network.caip2:
            raise link.fault(Reason.WRONG_CHAIN, f"it is on {chain}, but {network.name} is {network.caip2}")
        return await node.header_at(height)
    finally:
        await link.close()
