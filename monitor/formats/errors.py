"""What all failures that were foreseen have in common, so that whoever catches them need not know their rooms."""


class ForeseenError(Exception):
    """A failure that people can do something about: a command ends with its sentences, and no traceback."""

    exit_status = 3
    """What a command ends with: 3 cannot be judged, 2 wrong usage or configuration (design, section 5)."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is wrong, where, and what to do; one for each fault."""
        return (str(self),)
