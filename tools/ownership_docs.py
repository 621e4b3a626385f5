"""Writes docs/ownership.md from the families' own descriptions and the registry: `make docs`."""

from collections.abc import Iterator
from pathlib import Path

from monitor.model import Code, Network
from monitor.ownership.families import FAMILIES, load_family
from monitor.ownership.families.evm import forms
from monitor.registry import Registry, load

TARGET = Path(__file__).parent.parent / "docs" / "ownership.md"

INTRODUCTION = """\
# Ownership

What a published signature proves about an account, on every network that the registry knows. `reserve-monitor
ownership LIST` judges a list offline; the daemon judges every list it reads and asks chains about what stays open.

- `verified`: the signature is valid, and the key is bound to the account: the account is derived from it, or is a
  script of which enough distinct keys signed, or the chain confirmed it.
- `unbound`: the signature is valid for a key or an owner that the row states, and nothing in the list ties that to the
  account. A chain may: see *promotion*.
- `invalid`: something known was judged and does not hold: a well-formed signature by another key or over another
  message, a key that is not the account's. Or the address does not decode, the message is not one that the exchange
  may have signed, or the chain says that others control the account.
- `unsigned`: the row has no signature.
- `unsupported`: the evidence has a form that is not judged here, or lacks a part, and says nothing either way.

Each verdict has its reason, as a sentence for people, and as a [code](#reason-codes) for programs. The sentence of
`unsupported` names what was seen, and what is judged. Invalid everywhere: a signature that anybody can turn into a
second one (the upper half of the group, "high s"), r or s out of range, addresses with a wrong checksum, version,
prefix or mixed case, two signatures by one key where two are needed, and a public key in the row that is not the one
that signed. Unsupported everywhere: other lengths, further spellings of v or of the header byte (but for Electrum's),
anything before or after the signature, two signatures where there is one key, a signature without its message or
without the key that it needs, and addresses that may be real but cannot be read (shielded ones, aliases).

Keys and signatures of Ed25519 are read in hex, base64 and base58. A cell may also hold the JSON object that a wallet
returns (Keplr's, Sui's, CIP-30's, polkadot-js', Etherscan's, Trezor's, or one in `result`): the signature in it is
judged, and what stands beside it may not contradict the row.

A message counts with every character, as the list states it ([layouts](layouts.md)). The texts that the configuration
accepts (`messages`) are compared without the white space around them, which changes nothing of what they say.

A message form is one way of making bytes out of the text. *OKX's own header* is `OKX Signed Message:\\n` and the text,
each behind its length. Where several forms are listed, a signature may be over any of them; each has one spelling.

A row that names owners (EOA1, EOA2) is `unbound` once all of them have signed, each in the column of its own: owners
are accounts of the same network, and sign as accounts do. Where the account itself is named among them, it is
`verified`. Families that say nothing of owners judge such rows `unsupported`.

A validator in a row without a signature (OKX's staking files) is `unbound` where its withdrawal or deposit account has
signed in another row of the same document: by its own key, or by owners who are to be confirmed.

*Promotion* asks a node about an `unbound` claim, with `--config` and in the daemon's pass; offline it stays `unbound`.
What the chain confirms becomes `verified`, what it denies `invalid`: it names others, or nobody but the account's own
key can control it, or the contract's own check refuses the signatures. Where it does neither, the claim stays
`unbound`, with the chain's words. A node that cannot tell changes nothing. (A validator that is `unbound` by the
account of its deposit only, whose stake the row itself says returns to another, is `unsigned` where the chain denies
it.)

What a contract says is its own word, and anybody's contract may say yes to anything. So on EVM networks:

- A *Safe* is told by its code, from the proxy to the singleton, and what it says of its owners decides. What only
  answers like one stays `unbound`.
- `isValidSignature` (EIP-1271) must answer the very 32 bytes of the standard, and must not accept the signatures of
  strangers, over this message or another one. A contract that answers a function that nobody has is not believed.
- `owner()` names an *administrator*, and not whose coins a contract holds: tokens, wrappers and staking contracts of an
  exchange hold its customers'. A row that rests on it stays `unbound`, and its reason has that word. It counts as
  `signed`; an exchange's `administered: listed` leaves it out of that.
- An account of a key that has delegated to code (EIP-7702) stays its key's, whatever the code answers: `unbound`.

The daemon asks again every `promote`. What was confirmed, and could not be asked again for `confirm_max_age`, is
`unbound` again (PorConfirmationLost). A row whose node fails on it fails alone: the others are asked without it.

This page is made from `monitor/ownership` and the registry by `make docs`.
"""

FAMILIES_TITLE = """\
## Families

| family, networks | addresses | messages | what binds key to account | `verified` means | promotion |
|---|---|---|---|---|---|
"""

CODES_TITLE = """\
## Reason codes

In `ownership --json`, the API and its CSV as `code`. A sentence may be reworded in any version; a code keeps its
meaning, and goes with one verdict.

| code | verdict | meaning |
|---|---|---|
"""

NETWORKS_TITLE = """\
## Networks

| network | chain | family | message forms of its own |
|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    registry = load()
    rows = "".join(_family_rows(registry))
    codes = "".join(_row(f"`{code}`", code.status, code.meaning) for code in Code)
    return f"{INTRODUCTION}\n{FAMILIES_TITLE}{rows}\n{CODES_TITLE}{codes}\n{NETWORKS_TITLE}{_network_rows(registry)}"


def _family_rows(registry: Registry) -> Iterator[str]:
    for name in sorted(FAMILIES):
        family = load_family(name)
        assert family is not None
        networks = ", ".join(network.name for network in _members(registry, name))
        told = family.description
        cells = (told.addresses, told.messages, told.binding, told.verified, told.promotion)
        yield _row(f"**{name}**: {networks}", *cells)


def _network_rows(registry: Registry) -> str:
    return "".join(
        _row(
            f"`{network.name}` ({network.title})",
            f"`{network.caip2}`",
            network.family,
            _own_forms(network),
        )
        for network in _sorted(registry)
    )


def _own_forms(network: Network) -> str:
    """What differs between the networks of one family."""
    if network.family == "evm":
        return ", ".join(form.name for form in forms(network))
    if network.parameters is None:
        return ""
    more = ["BIP-322"] if network.parameters.bip322 else []
    return ", ".join([*(f"`{header.strip()}`" for header in network.parameters.message_headers), *more])


def _members(registry: Registry, family: str) -> list[Network]:
    return [network for network in _sorted(registry) if network.family == family]


def _sorted(registry: Registry) -> list[Network]:
    """The networks by family, then by name."""
    return sorted(registry.networks.values(), key=lambda network: (network.family, network.name))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
