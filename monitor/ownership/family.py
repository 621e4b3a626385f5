"""What a family of networks brings to the judgement: how its claims are judged, in code and in words.

Where a claim is not proven a family raises one of two exceptions, with the code and the sentence of the verdict.
``invalid`` accuses whoever published the row, so it is said only where something known was judged and does not hold: a
well-formed signature by another key or over another message, or a key that is not the account's. Whatever else stands
in a cell (another length, spelling, wrapper, version, or nothing where something is needed) says nothing either way.
"""

from collections.abc import Callable
from dataclasses import dataclass

from monitor.model import Claim, Code, Network, OwnerQuestion, Verdict


class Unproven(Exception):  # noqa: N818 - not an error: what the evidence is found to be
    """The evidence does not prove the claim: the verdict has this code, and this sentence as its reason."""

    def __init__(self, code: Code, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Refused(Unproven):
    """The evidence of the claim was judged and does not hold: the verdict is ``invalid``."""


class NotJudged(Unproven):
    """The evidence has a form that is not judged here, so it says nothing either way: ``unsupported``.

    The sentence names what was seen, and which forms are judged.
    """


@dataclass(frozen=True, slots=True)
class Description:
    """Sentences for people, in Markdown, one cell of the table each."""

    addresses: str
    """The forms of address whose signatures are judged."""
    messages: str
    """What may be signed, and in which spellings a signature may be written."""
    binding: str
    """What ties the key that signed to the account."""
    verified: str
    """What ``verified`` means here; "Never" where nothing offline can bind."""
    promotion: str
    """What the chain can be asked about an ``unbound`` claim; "None" with the reason where it is not asked."""


@dataclass(frozen=True, slots=True)
class Family:
    """How one family is judged.

    ``judge`` and ``question`` are plain functions of a signed claim, with an account and a message that is valid
    Unicode, and of its network. They may raise ``Refused`` and ``NotJudged``.
    """

    judge: Callable[[Claim, Network], Verdict]
    """What the claim's signatures prove: ``verified`` or ``unbound``."""
    description: Description
    question: Callable[[Claim, Network], OwnerQuestion | None] | None = None
    """What a chain can be asked about an ``unbound`` claim; None: no chain is asked about this family."""
