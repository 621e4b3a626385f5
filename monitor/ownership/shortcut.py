"""Many rows at a time: a shortcut to ``verified`` for the rows that lists are full of, and to nothing else.

It looks for one signature, by the account's own key, over the message form that held last (``Usual``). Whatever it does
not find is left to :func:`~monitor.ownership.judge`, whose rules these are: it says the same of every row. To look at a
row in vain costs one recovery more.
"""

from collections import defaultdict
from collections.abc import Mapping

from monitor.model import Address, Claim, Network, Verdict
from monitor.ownership import recovery_loop
from monitor.ownership.accounts import verified
from monitor.ownership.families import FAMILIES
from monitor.ownership.recoverable import Usual

_Row = tuple[bytes, Address | None, str]
"""Fingerprint, account and signature: a plain tuple, as there are so many."""


def confirm(claims: Mapping[bytes, Claim], networks: Mapping[str, Network]) -> dict[bytes, Verdict]:
    """The verdicts of those ``claims`` that are ``verified`` in the way usual for their family."""
    alike: defaultdict[tuple[str | None, str], list[_Row]] = defaultdict(list)
    for mark, claim in claims.items():
        if len(claim.signatures) == 1 and not claim.owners and not claim.key:
            alike[claim.network, claim.message].append((mark, claim.account, claim.signatures[0]))
    verdicts: dict[bytes, Verdict] = {}
    for (name, message), rows in alike.items():
        network = networks.get(name or "")
        family = FAMILIES.get(network.family) if network else None
        if network and family and family.usual and message and message.isascii():
            verdicts.update(_confirm(rows, message.encode(), family.usual(network)))
    return verdicts


def _confirm(rows: list[_Row], message: bytes, usual: Usual) -> dict[bytes, Verdict]:
    read, account_of = usual.spelling.signature, usual.account
    form = usual.spelling.likely[0]
    digest = form.digest(message)
    signed = [(mark, account, signature + digest) for mark, account, text in rows if (signature := read(text))]
    keys = recovery_loop.recover_keys([signature for _, _, signature in signed])
    verdict = verified(form.name)
    return {
        mark: verdict
        for (mark, account, _), key in zip(signed, keys, strict=True)
        if key[0] and account_of(key) == account
    }
