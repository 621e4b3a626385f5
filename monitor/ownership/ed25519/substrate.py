"""Substrate chains (Polkadot, Kusama, their asset hubs …): an account is an Ed25519 or sr25519 key, written in SS58.

The two kinds are told apart by the signature: schnorrkel sets the first bit of an sr25519 signature's last byte, which
is clear in every valid Ed25519 signature. sr25519 signs in the context ``substrate`` (sp-core). OKX signs its header,
with Ed25519; the browser extensions sign a text between ``<Bytes>`` and ``</Bytes>`` (polkadot-js, ``u8aWrapBytes``),
command-line tools the text itself. Accounts that hash something (ECDSA keys, multisigs, pure proxies, pallets) are no
keys, and ``invalid`` here, as for any other key.
"""

import sr25519

from monitor.model import Claim, Network, Verdict
from monitor.ownership.description import Description
from monitor.ownership.ed25519 import curve, rows, spellings
from monitor.ownership.ed25519.messages import OKX, TEXT, Form

DESCRIPTION = Description(
    addresses="SS58 with the chain's prefix.",
    messages="OKX's header; `<Bytes>` and the text; the plain text. Ed25519 or sr25519, hex.",
    binding="The account is the key.",
    verified="The account's own key signed.",
    promotion="None: `verified` needs none.",
)

_IDENTITY = bytes(32)
_SCHNORRKEL = 0x80


def judge(claim: Claim, network: Network) -> Verdict:
    """The account's key signed."""
    return rows.judge(claim, network, _SCHEME)


def _check(row: rows.Row) -> rows.Signed:
    signature = spellings.hex_signature(row.signature)
    return (_sr25519 if signature[-1] & _SCHNORRKEL else _ed25519)(row)


def _verifies_sr25519(key: bytes, signature: bytes, message: bytes) -> bool:
    """As schnorrkel has it, but for the identity, under which anybody can sign (it is the account of all zeros)."""
    if key == _IDENTITY:
        return False
    try:
        valid: bool = sr25519.verify(signature, message, key)
    except ValueError:  # a key, R or s that is not canonical
        return False
    return valid


_FORMS = (OKX, Form("<Bytes>", lambda message, _: b"<Bytes>" + message + b"</Bytes>"), TEXT)
_ed25519 = rows.Keyed(forms=_FORMS, key_in=rows.whole_key, verifies=curve.verifies)
_sr25519 = rows.Keyed(
    forms=[Form(f"sr25519, {form.name}", form.prepare) for form in _FORMS],
    key_in=rows.whole_key,
    verifies=_verifies_sr25519,
)

_SCHEME = rows.Scheme(check=_check, bind=rows.is_key)
