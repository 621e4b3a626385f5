"""Rows of accounts that are the hash of one secp256k1 key: the whole judgement of the families that have no other."""

from functools import cache

from monitor.model import Claim, Code, Network, Verdict
from monitor.ownership import owners
from monitor.ownership.family import NotJudged, Refused
from monitor.ownership.owners import SchemeOf
from monitor.ownership.recovered_keys import check_key, read
from monitor.registry.addresses import AddressError, Decoded, decode


def judge(claim: Claim, network: Network, scheme_of: SchemeOf) -> Verdict:
    """Judge whether the account's own key signed, or the owners that the row names did."""
    if any(claim.owners):
        return owners.judge(claim, network, scheme_of)
    text, account = only_signature(claim), decoded(claim, network)
    signed = read(text, claim.message.encode(), scheme_of(network, account), account.payload, "the account")
    check_key(claim.key, signed.key)
    return verified(signed.form)


@cache
def verified(form: str) -> Verdict:
    """Say that the account's key signed a message of this form: one object for the many rows that it is said of."""
    return Verdict(Code.OWN_KEY, f"signed by the account's key ({form})")


def only_signature(claim: Claim) -> str:
    """Find the one signature of an account that has one key; raise ``NotJudged`` where there are more."""
    given = list(filter(None, claim.signatures))
    if len(given) != 1:
        raise NotJudged(
            Code.WRONG_COUNT,
            f"{len(given)} signatures are given for an account of one key; only rows with one are judged",
        )
    return given[0]


def decoded(claim: Claim, network: Network) -> Decoded:
    """Decode the address of ``claim`` on ``network``; raise ``Refused`` where it does not decode."""
    try:
        return decode(network, claim.account or "")
    except AddressError as error:
        raise Refused(Code.BAD_ADDRESS, f"{claim.account}: {error}") from error
