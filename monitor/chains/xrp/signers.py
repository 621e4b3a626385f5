"""Who may sign for an account of the XRP Ledger.

An account's master key makes its address. Beside it, or in its place once it is disabled, there can be a regular key
and a list of signers with weights and a quorum (XRPL docs, "Cryptographic Keys", "Multi-Signing"). Each of the three is
named by the address that its key makes.
"""

from monitor.chains.amounts import count
from monitor.chains.ownership import Control
from monitor.chains.rest_api import items, member, text
from monitor.model import Address, OwnerOutcome, OwnerQuestion

_MASTER_DISABLED = 0x00100000  # lsfDisableMaster


def judge(question: OwnerQuestion, found: object) -> Control:
    """Whether the signers of ``question`` may sign for the account that ``account_info`` described."""
    data = member(found, "account_data")
    if not isinstance(data, dict):
        raise TypeError("account_data is not an object")
    signers = set(question.signers)
    if question.account in signers and not count(member(data, "Flags")) & _MASTER_DISABLED:
        return OwnerOutcome.CONFIRMED, "its master key signed, and is not disabled"
    regular = text(data.get("RegularKey", ""))
    if regular in signers:
        return OwnerOutcome.CONFIRMED, f"its regular key is that of the signer {regular}"
    # API version 1 has the lists inside, version 2 and Clio beside the account's data
    lists = data["signer_lists"] if "signer_lists" in data else member(found, "signer_lists")
    told = [f"its regular key is that of {regular}" if regular else "it has no regular key"]
    for entry in items(lists):
        quorum = count(member(entry, "SignerQuorum"))
        weight = sum(weight for signer, weight in _weights(entry).items() if signer in signers)
        told.append(f"the signers weigh {weight} of its signer list's quorum of {quorum}")
        if weight >= quorum > 0:
            return OwnerOutcome.CONFIRMED, told[-1]
    return OwnerOutcome.REFUTED, "; ".join(told)


def _weights(signer_list: object) -> dict[Address, int]:
    entries = items(member(signer_list, "SignerEntries"))
    return {
        text(member(entry, "SignerEntry", "Account")): count(member(entry, "SignerEntry", "SignerWeight"))
        for entry in entries
    }
