"""How a family says that it cannot call a claim proven. Both carry the sentence that becomes the verdict's reason."""


class Refused(ValueError):  # noqa: N818 - the word of the field for evidence that does not hold
    """The evidence of the claim does not hold: the verdict is ``invalid``."""


class NotJudged(Exception):  # noqa: N818 - not an error: a limit of what is judged here
    """The evidence has a form that is not judged here, so it says nothing either way: ``unsupported``."""
