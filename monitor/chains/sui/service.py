"""GraphQL over HTTP, as Sui's and IOTA's services speak it."""

from typing import NamedTuple

from monitor.chains.link import Link
from monitor.chains.rest_api import Rest, items, member, strictly, text


class GraphQlAnswer(NamedTuple):
    """What came back: ``data`` count for nothing where there are errors, whatever stands in them."""

    data: object
    errors: str
    """What was said, empty where nothing went wrong."""


class GraphQl:
    """Documents to one service."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._rest = Rest(link)

    async def ask(self, document: str, variables: dict[str, object]) -> GraphQlAnswer:
        """Return the answer to ``document``."""
        reply = await self._rest.post("", {"query": document, "variables": variables})
        with strictly(self._link, "GraphQL"):
            errors = items(reply.document.get("errors", [])) if isinstance(reply.document, dict) else []
            said = "; ".join(text(member(error, "message")) for error in errors)
            data = None if errors else member(reply.document, "data")
        return GraphQlAnswer(data, said or ("an error without words" if errors else ""))
