"""The keys that the devnet owns: made from phrases that anybody can read, so they must never hold anything of value."""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256

from based58 import b58encode_check
from bitcoin.core import Hash160
from coincurve import PrivateKey
from eth_account import Account
from eth_account.signers.local import LocalAccount

from monitor.ownership.digests import bitcoin_message, personal_message_of_hash

_HEADER = "Bitcoin Signed Message:\n"
_MAINNET_P2PKH = b"\x00"
_REGTEST_WIF = b"\xef"
_COMPRESSED = b"\x01"


@dataclass(frozen=True, slots=True)
class Key:
    """One secp256k1 key, with its account and its signatures on both families of chains."""

    phrase: str

    @property
    def secret(self) -> bytes:
        return sha256(self.phrase.encode()).digest()

    @property
    def bitcoin_address(self) -> str:
        """P2PKH of the compressed key, as mainnet writes it."""
        public = PrivateKey(self.secret).public_key.format()
        return b58encode_check(_MAINNET_P2PKH + Hash160(public)).decode()

    @property
    def wallet_import_format(self) -> str:
        """As a regtest node takes it."""
        return b58encode_check(_REGTEST_WIF + self.secret + _COMPRESSED).decode()

    @property
    def evm_account(self) -> LocalAccount:
        account: LocalAccount = Account.from_key(self.secret)
        return account

    @property
    def evm_address(self) -> str:
        return self.evm_account.address.lower()

    def sign_bitcoin(self, message: str) -> str:
        """BIP-137 in base64, for :attr:`bitcoin_address`."""
        signature = self._sign(bitcoin_message(_HEADER, message.encode()))
        return b64encode(bytes([27 + 4 + signature[64]]) + signature[:64]).decode()

    def sign_evm(self, message: str) -> str:
        """As OKX signs on EVM networks: ``personal_sign`` of the message's Keccak-256."""
        signature = self._sign(personal_message_of_hash(message.encode()))
        return "0x" + (signature[:64] + bytes([27 + signature[64]])).hex()

    def _sign(self, digest: bytes) -> bytes:
        """r, s and the recovery id: 65 bytes. Deterministic (RFC 6979)."""
        return PrivateKey(self.secret).sign_recoverable(digest, hasher=None)


HOT = Key("reserve-monitor devnet: hot wallet")
"""Owns the exchange's hot wallets: what can be drained."""

ELSEWHERE = Key("reserve-monitor devnet: elsewhere")
"""Owns the accounts, on no list, that drained coins go to."""
