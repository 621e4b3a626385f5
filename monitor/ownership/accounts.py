"""Rows of accounts that are the hash of one secp256k1 key: the whole judgement of the families that have no other."""

from collections.abc import Callable
from functools import cache

from monitor.model import Claim, Code, Network, Verdict
from monitor.ownership import owners
from monitor.ownership.family import NotJudged
from monitor.ownership.owners import SchemeOf
from monitor.ownership.recovered_keys import RecoveredKeys, check_key, read
from monitor.ownership.spellings import read_address
from monitor.registry.addresses import Decoded


def judge(claim: Claim, network: Network, scheme_of: SchemeOf) -> Verdict:
    """Judge whether the account's own key signed, or the owners that the row names did."""
    if any(claim.owners):
        return owners.judge(claim, network, scheme_of)
    text, account = only_signature(claim), decoded(claim, network)
    signed = read(text, claim.message.encode(), scheme_of(network, account), account.payload, "the account")
    check_key(claim.key, signed.key)
    return verified(signed.form)


def judge_by(scheme: RecoveredKeys, form: str = "", otherwise: str = "") -> Callable[[Claim, Network], Verdict]:
    """Make the judge of a family whose accounts are all of one ``scheme``, or those of the one ``form`` that has keys.

    ``otherwise`` is the sentence about accounts of another form, which stands in it as ``{}``.
    """

    def scheme_of(_network: Network, account: Decoded) -> RecoveredKeys:
        if form and account.form != form:
            raise NotJudged(Code.ACCOUNT_NOT_JUDGED, otherwise.format(account.form))
        return scheme

    return lambda claim, network: judge(claim, network, scheme_of)


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
            f"{len(given)} signatures are given for one key; only rows with one are judged",
        )
    return given[0]


def decoded(claim: Claim, network: Network) -> Decoded:
    """Decode the address of ``claim`` on ``network``; raise ``Refused`` where it does not decode."""
    return read_address(network, claim.account or "", Code.BAD_ADDRESS)
