"""How a family says that it cannot call a claim proven. Both carry the sentence that becomes the verdict's reason.

``invalid`` accuses whoever published the row, so it is said only where something known was judged and does not hold: a
well-formed signature by another key or over another message, or a key that is not the account's. Whatever else stands
in a cell (another length, spelling, wrapper, version, or nothing where something is needed) says nothing either way.
"""


class Refused(ValueError):  # noqa: N818 - the word of the field for evidence that does not hold
    """The evidence of the claim was judged and does not hold: the verdict is ``invalid``."""


class NotJudged(Exception):  # noqa: N818 - not an error: a limit of what is judged here
    """The evidence has a form that is not judged here, so it says nothing either way: ``unsupported``.

    The sentence names what was seen, and which forms are judged.
    """
