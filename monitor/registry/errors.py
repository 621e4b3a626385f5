"""What the registry raises."""


class RegistryError(ValueError):
    """A registry file cannot be used; ``faults`` holds all that is wrong, each with its file and entry."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)
