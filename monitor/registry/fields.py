"""What every part of a registry file is made of."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints

from monitor.model import Caip2, PositionKind

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
AssetName = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9._-]{0,31}$")]
ChainId = Annotated[Caip2, StringConstraints(pattern=r"^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
Explorer = Annotated[
    str, StringConstraints(pattern=r"^(https://[^{}\s/]+/[^{}\s]*\{account\}[^{}\s]*)?$", max_length=256)
]
"""Where people look an account up on a chain of theirs."""
Decimals = Annotated[StrictInt, Field(ge=0, le=36)]
StorageSlot = Annotated[StrictInt, Field(ge=0, lt=2**256)]
FreezeFunction = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}\(address\)$")]
RateFunction = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}\((uint256)?\)$")]
Pair = Annotated[str, StringConstraints(pattern=r"^([A-Z0-9._-]+ / [A-Z0-9._-]+)?$")]


def _no_part(kind: PositionKind) -> PositionKind:
    if kind is PositionKind.FROZEN:
        raise ValueError("what is frozen is told by the token itself: name its function under `freeze`")
    return kind


Kind = Annotated[PositionKind, AfterValidator(_no_part)]
"""What a whole token may be."""


class Entry(BaseModel):
    """A part of a registry file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
