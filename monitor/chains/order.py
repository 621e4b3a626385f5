"""In which order endpoints are asked: those in good standing first; among them by weight, then by the settings."""

from collections.abc import Callable, Sequence

from monitor.chains.endpoint import Endpoint


class Order:
    """Turns of the endpoints of one network.

    Endpoints with a weight share the first place: each gets it in as many readings of a hundred as its weight is of
    all weights (smooth weighted round-robin). Those without a weight follow, in the order of the settings.
    """

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self._endpoints = tuple(endpoints)
        self._total = sum(endpoint.weight for endpoint in endpoints)
        self._credit = {endpoint: 0.0 for endpoint in endpoints if endpoint.weight}

    def turn(self, fitness: Callable[[Endpoint], int] = lambda _: 0) -> list[Endpoint]:
        """All endpoints, in the order of the next reading; ``fitness`` for it, low first, goes before weights."""
        for endpoint in self._credit:
            self._credit[endpoint] += endpoint.weight
        turn = sorted(
            self._endpoints,
            key=lambda each: (each.standing, fitness(each), each not in self._credit, -self._credit.get(each, 0)),
        )
        first = max(self._credit, key=lambda each: self._credit[each], default=None)
        if first:
            self._credit[first] -= self._total
        return turn
