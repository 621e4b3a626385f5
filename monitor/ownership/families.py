"""The families whose signatures are judged. A further family is one module (or package) and one line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from monitor.model import Claim, Network, OwnerQuestion, Verdict
from monitor.ownership import (
    aelf,
    beacon,
    bitcoin,
    conflux,
    cosmos,
    eos,
    evm,
    filecoin,
    flow,
    harmony,
    icon,
    nuls,
    platon,
    stacks,
    starknet,
    tron,
    xrp,
)
from monitor.ownership.description import Description
from monitor.ownership.ed25519 import (
    algorand,
    aptos,
    canton,
    cardano,
    casper,
    hedera,
    internet_computer,
    iost,
    kadena,
    klayr,
    multiversx,
    near,
    pocket,
    sia,
    solana,
    stellar,
    substrate,
    sui,
    tezos,
    ton,
    venom,
)
from monitor.ownership.recoverable import Usual
from monitor.ownership.recovery import Recovering


def _nothing_to_ask(_claim: Claim, _network: Network) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Family:
    """How one family is judged.

    Both functions are given signed claims with an account and a message that is valid Unicode. They may raise
    ``Refused`` and ``NotJudged``, whose texts become the reasons of ``invalid`` and ``unsupported``.
    """

    judge: Callable[[Claim, Network], Verdict | Recovering[Verdict]]
    description: Description
    question: Callable[[Claim, Network], OwnerQuestion | None] = _nothing_to_ask
    """What a chain can be asked about an ``unbound`` claim."""
    usual: Callable[[Network], Usual] | None = None
    """What lists hold most of, where they hold many rows of this family (:mod:`~monitor.ownership.shortcut`)."""


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "aelf": Family(aelf.judge, aelf.DESCRIPTION),
        "algorand": Family(algorand.judge, algorand.DESCRIPTION),
        "aptos": Family(aptos.judge, aptos.DESCRIPTION, aptos.question),
        "beacon": Family(beacon.judge, beacon.DESCRIPTION, beacon.question),
        "bitcoin": Family(bitcoin.judge, bitcoin.DESCRIPTION),
        "canton": Family(canton.judge, canton.DESCRIPTION),
        "cardano": Family(cardano.judge, cardano.DESCRIPTION),
        "casper": Family(casper.judge, casper.DESCRIPTION),
        "conflux": Family(conflux.judge, conflux.DESCRIPTION),
        "cosmos": Family(cosmos.judge, cosmos.DESCRIPTION),
        "eos": Family(eos.judge, eos.DESCRIPTION, eos.question),
        "evm": Family(evm.judge, evm.DESCRIPTION, evm.question, evm.usual),
        "filecoin": Family(filecoin.judge, filecoin.DESCRIPTION),
        "flow": Family(flow.judge, flow.DESCRIPTION),
        "harmony": Family(harmony.judge, harmony.DESCRIPTION),
        "hedera": Family(hedera.judge, hedera.DESCRIPTION),
        "icon": Family(icon.judge, icon.DESCRIPTION),
        "internet-computer": Family(internet_computer.judge, internet_computer.DESCRIPTION),
        "iost": Family(iost.judge, iost.DESCRIPTION),
        "iota": Family(sui.judge, sui.DESCRIPTION),
        "kadena": Family(kadena.judge, kadena.DESCRIPTION),
        "klayr": Family(klayr.judge, klayr.DESCRIPTION),
        "multiversx": Family(multiversx.judge, multiversx.DESCRIPTION),
        "near": Family(near.judge, near.DESCRIPTION, near.question),
        "nuls": Family(nuls.judge, nuls.DESCRIPTION),
        "platon": Family(platon.judge, platon.DESCRIPTION),
        "pocket": Family(pocket.judge, pocket.DESCRIPTION),
        "sia": Family(sia.judge, sia.DESCRIPTION),
        "solana": Family(solana.judge, solana.DESCRIPTION),
        "stacks": Family(stacks.judge, stacks.DESCRIPTION),
        "starknet": Family(starknet.judge, starknet.DESCRIPTION, starknet.question),
        "stellar": Family(stellar.judge, stellar.DESCRIPTION),
        "substrate": Family(substrate.judge, substrate.DESCRIPTION),
        "sui": Family(sui.judge, sui.DESCRIPTION),
        "tezos": Family(tezos.judge, tezos.DESCRIPTION),
        "ton": Family(ton.judge, ton.DESCRIPTION, ton.question),
        "tron": Family(tron.judge, tron.DESCRIPTION, usual=tron.usual),
        "venom": Family(venom.judge, venom.DESCRIPTION),
        "xrp": Family(xrp.judge, xrp.DESCRIPTION, xrp.question, xrp.usual),
    }
)
"""``Network.family`` to how it is judged."""
