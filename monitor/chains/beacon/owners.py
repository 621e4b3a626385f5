"""Who gets a validator's coins.

A validator's withdrawal credentials name the account of the execution layer where everything that the validator pays
out arrives and who may order its exit. If that account has signed, it controls the validator. If it is another one,
such as an EigenPod or a Safe, the execution layer is to be asked who controls that. Credentials that name no account
are those of a key of their own: they do not say whose.
"""

from collections.abc import Sequence
from dataclasses import replace

from monitor.chains.beacon.validators import State, Validator, Validators
from monitor.chains.node import Confirmed
from monitor.model import Block, OwnerAnswer, OwnerOutcome, OwnerQuestion


async def confirm(
    validators: Validators, questions: Sequence[OwnerQuestion], block: Block, state: State, execution: str
) -> Confirmed:
    """Return the answers in ``state``, that of ``block``, in the order of ``questions``.

    ``execution`` is the execution layer's network.
    """
    known = await validators.of([question.account for question in questions], state)
    answers = (judge(question, known.get(question.account), block, execution) for question in questions)
    return Confirmed(block, tuple(answers))


def judge(question: OwnerQuestion, validator: Validator | None, block: Block, execution: str) -> OwnerAnswer:
    """Return what the credentials of ``validator`` (None: no such validator) say of the signers of ``question``."""
    address = validator.withdrawal if validator else None
    if address in {signer.lower() for signer in question.signers}:
        return OwnerAnswer(OwnerOutcome.CONFIRMED, f"its withdrawal credentials name the signer {address}", block)
    if validator is None:
        reason = "the chain knows no such validator"
    elif address is None:
        reason = f"its withdrawal credentials {validator.credentials} name no account"
    else:
        reason = f"its withdrawal credentials name {address}"
    referred = replace(question, network=execution, account=address) if address else None
    return OwnerAnswer(OwnerOutcome.UNDECIDED, reason, block, referred)
