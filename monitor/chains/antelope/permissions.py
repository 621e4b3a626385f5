"""Which keys, of what weight, rule an Antelope account.

An account has permissions, of which ``active`` moves its coins and ``owner`` may change ``active`` (Antelope docs,
"Accounts and Permissions"). A permission is satisfied when weights reach its threshold. Counted are the keys that
signed, and nothing else: other accounts, to which a permission may be delegated, and waiting have not been proven.
"""

from collections.abc import Sequence

from based58 import b58encode
from Crypto.Hash import RIPEMD160

from monitor.chains.amounts import count
from monitor.chains.ownership import Control
from monitor.chains.rest_api import items, member, text
from monitor.model import OwnerOutcome

_RULING = ("active", "owner")


def judge(keys: Sequence[bytes], permissions: Sequence[object]) -> Control:
    """Tell whether ``keys`` (33 bytes each) satisfy one of the permissions that rule the account.

    Where a permission is delegated to other accounts, nobody knows whose keys satisfy it: that refutes nothing.
    """
    spellings = {spelling for key in keys for spelling in _spellings(key)}
    told, delegated = [], False
    for permission in permissions:
        name = text(member(permission, "perm_name"))
        threshold = count(member(permission, "required_auth", "threshold"))
        listed = {
            text(member(entry, "key")): count(member(entry, "weight"))
            for entry in items(member(permission, "required_auth", "keys"))
        }
        if name not in _RULING:
            continue
        weight = sum(listed[key] for key in spellings & listed.keys())
        told.append(f"the keys that signed weigh {weight} of the {threshold} that {name} needs")
        if weight >= threshold > 0:
            return OwnerOutcome.CONFIRMED, told[-1]
        delegated = delegated or bool(items(member(permission, "required_auth", "accounts")))
    if not told:
        return OwnerOutcome.UNDECIDED, "it has neither the permission active nor owner"
    if delegated:
        return OwnerOutcome.UNDECIDED, f"{' and '.join(told)}; other accounts have a say, too"
    return OwnerOutcome.REFUTED, " and ".join(told)


def _spellings(key: bytes) -> tuple[str, str]:
    """A key of secp256k1 as nodes write it: with the checksum of the newer form, and as before it."""
    newer, older = (RIPEMD160.new(key + suffix).digest()[:4] for suffix in (b"K1", b""))
    return f"PUB_K1_{b58encode(key + newer).decode()}", f"EOS{b58encode(key + older).decode()}"
