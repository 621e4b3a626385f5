"""What a Bitcoin address commits to, and what a row may state beside it."""

from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from monitor.formats.bitcoin import hash160, witness_script
from monitor.model import Claim, Code, Network, Verdict
from monitor.ownership import accounts
from monitor.ownership.family import Refused
from monitor.ownership.spellings import hex_bytes
from monitor.registry.addresses.bitcoin import script_pubkey


class Account(NamedTuple):
    """A decoded address: ``form`` as the registry names it, ``program`` the hash (taproot: the key) inside it."""

    form: str
    program: bytes
    script_pubkey: bytes
    stated: bytes
    """The row's key or script; empty where it gives none."""

    def check_stated(self, *known: bytes) -> None:
        """Check that a key or script in the row is one that the proof used: ``known``, or the address's own script."""
        if self.stated and self.stated not in {self.script_pubkey, *known}:
            raise Refused(
                Code.OTHER_KEY_STATED,
                "the row's key or script is neither that of the address nor that of the signature",
            )


def account_of(claim: Claim, network: Network) -> Account:
    """Read the account that ``claim`` names, with the script or key that it states."""
    decoded = accounts.decoded(claim, network)
    stated = hex_bytes(claim.key, "the row's key or script") if claim.key else b""
    return Account(decoded.form, decoded.payload, script_pubkey(decoded), stated)


@lru_cache(64)
def verified(code: Code, reason: str) -> Verdict:
    """Make one verdict for the many rows of which the same is said."""
    return Verdict(code, reason)


def key_hash_script(key: bytes) -> bytes:
    """Make the witness version 0 script of a key: what P2WPKH pays to and P2SH-P2WPKH hashes (BIP 141)."""
    return witness_script(0, hash160(key))


def witness_script_hash(script: bytes) -> bytes:
    """Make the witness version 0 script of a script: what P2WSH pays to and P2SH-P2WSH hashes (BIP 141)."""
    return witness_script(0, sha256(script).digest())
