"""What the opened rows must satisfy: the rules that make a column of numbers the sum of non-negative users.

Each rule says that a polynomial vanishes on some rows of the trace. The prover commits to the quotient by the
polynomial that vanishes exactly there; here the product is compared, so nothing has to be divided.
"""

from operator import mul

from monitor.proofs.scheme import ProofError
from monitor.proofs.stark_v1.documents import TOTAL, Config, Opening, SumProof, Sums
from monitor.proofs.stark_v1.field import EXTENSION, PRIME, inverse, root_of_unity
from monitor.proofs.stark_v1.hashing import coefficients


class Constraints:
    """The rules of one proof; ``check`` holds them against one opened row."""

    def __init__(self, config: Config, sums: Sums, proof: SumProof, place: str) -> None:
        self._config = config
        self._place = place
        self._proof = proof
        self._w = root_of_unity(proof.domain)
        spacing = EXTENSION * proof.users
        self._before_last = self._power(spacing * (proof.uts - 2))
        self._at_last = self._power(spacing * (proof.uts - 1))
        self._first = self._power(EXTENSION * (proof.uts - 1))
        """The point where the zero user's running total stands; it is zero."""
        self._end = self._power(EXTENSION * (proof.steps - 1))
        """The point where the last running total stands: the published sum."""
        width = inverse(self._end - self._first)
        self._slopes = [amount * width % PRIME for amount in (sums.total, *sums.coins)]
        self._names = (TOTAL, *config.coins)
        drawn = coefficients(proof.nonce, 2 * (config.columns - 1))
        self._plain, self._shifted = drawn[::2], drawn[1::2]

    def check(self, index: int, opening: Opening, combined: int) -> None:
        """``index`` is that of the row's point in the domain, ``combined`` the random combination committed to there.

        Raises :class:`ProofError`.
        """
        proof, row, point = self._proof, opening.row, f"{self._place}: mtree_entries_data, point {index}"
        coins = len(self._config.coins)
        tc0, tc1, tc2, tc3, *quotients = row[coins + 2 :]
        users = self._power(index * proof.users)
        closing = users - self._at_last
        if (row[0] - tc0 * (users - 1)) % PRIME:
            raise ProofError(f"{point}: the lowest row of a user's net value is not 0")
        digit = opening.next_net - 4 * row[0]
        digits = digit * (digit - 1) * (digit - 2) * (digit - 3) % PRIME
        rows = self._power(index * proof.steps) - 1
        if (digits * (users - self._before_last) % PRIME * closing - tc1 * rows) % PRIME:
            raise ProofError(f"{point}: a net value is not built of digits 0 to 3, so it may be negative")
        x = self._power(index)
        rise, left = x - self._first, x - self._end
        sums = zip((tc2, *quotients[::2]), (tc3, *quotients[1::2]), strict=True)
        for column, (running, ends) in enumerate(sums):
            step = opening.wrapped[column] - opening.last[column] - row[column]
            if (step * left - running * closing) % PRIME:
                raise ProofError(f"{point}: the running total of {self._names[column]} is not that of the users")
            if (row[column] - self._slopes[column] * rise - ends * rise * left) % PRIME:
                raise ProofError(f"{point}: the running total of {self._names[column]} does not end at the stated sum")
        columns = (*row[: coins + 3], *row[coins + 4 :])
        shift = self._power(3 * index * proof.steps)
        expected = tc1 + sum(map(mul, columns, self._plain)) + shift * (sum(map(mul, columns, self._shifted)) % PRIME)
        if (expected - combined) % PRIME:
            raise ProofError(f"{point}: the random combination committed to is not that of the opened row")

    def _power(self, exponent: int) -> int:
        return pow(self._w, exponent % self._proof.domain, PRIME)
