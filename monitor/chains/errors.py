"""Why a chain could not be read."""

from collections.abc import Sequence
from enum import StrEnum

from monitor.formats import ForeseenError


class Reason(StrEnum):
    """The cause of a failure, as the label ``reason`` of metrics shows it."""

    REFUSED = "refused"
    """No connection, or it was cut."""
    CERTIFICATE = "certificate"
    """TLS: its certificate is not the one that was pinned, or no authority that is trusted has signed it."""
    TIMEOUT = "timeout"
    HTTP_STATUS = "http_status"
    RATE_LIMITED = "rate_limited"
    NOT_JSON = "not_json"
    MALFORMED = "malformed"
    """JSON, but not an answer to what was asked: wrong length, ids, fields or numbers."""
    RPC_ERROR = "rpc_error"
    PRUNED = "pruned"
    """The node knows the block and holds its state no more."""
    BEHIND = "behind"
    """The node does not know the block yet, or is still syncing."""
    AHEAD = "ahead"
    """Its block is dated later than this machine's clock by more than clocks differ."""
    WRONG_CHAIN = "wrong_chain"
    WARMING_UP = "warming_up"
    BUSY = "busy"
    """The node does what was asked for someone else, or its queue is full."""
    UNDER_WAY = "under_way"
    """It is still being read, account by account, in the background; what has been read is kept."""
    TIP_MOVED = "tip_moved"
    """The block left the chain, or a new one came, while it was read."""
    PAST_BLOCK = "past_block"
    """The protocol reads only the tip."""
    TOO_LARGE = "too_large"
    """More than the endpoint tells at all, such as the history of a busy account."""
    DISAGREEMENT = "disagreement"
    FALSE_PAST = "false_past"
    """A balance of the past that is known was told otherwise: it has no archive and does not say so."""
    UNPINNED = "unpinned"
    """It answers of its newest state, whatever block is asked for."""
    UNSUPPORTED = "unsupported"


PASSING = frozenset({Reason.TIP_MOVED, Reason.BEHIND})
"""What another block, chosen anew, may cure."""

HARMLESS = frozenset(
    {
        Reason.UNDER_WAY,
        Reason.TIP_MOVED,
        Reason.PAST_BLOCK,
        Reason.TOO_LARGE,
        Reason.PRUNED,
        Reason.FALSE_PAST,
        Reason.UNSUPPORTED,
    }
)
"""What says nothing against an endpoint's next answer: it stays up."""


class ChainError(ForeseenError):
    """A network could not be read, or one endpoint of it; nothing was learnt about any balance.

    ``transient`` failures are worth the same request again; ``retry_after`` is when the endpoint wants it, in
    seconds. ``causes`` holds the endpoints' own errors when the whole network failed.
    """

    def __init__(
        self,
        reason: Reason,
        detail: str,
        *,
        transient: bool = False,
        retry_after: float | None = None,
        causes: Sequence["ChainError"] = (),
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.transient = transient
        self.retry_after = retry_after
        self.causes = tuple(causes)

    def __str__(self) -> str:
        return f"{self.reason}: {self.args[0]}"

    @property
    def passing(self) -> bool:
        """A block chosen anew may cure it."""
        return self.reason in PASSING or any(cause.passing for cause in self.causes)
