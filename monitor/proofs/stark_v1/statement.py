"""What a verified report proves and what it leaves open, in sentences. The reasons stand in docs/liabilities.md."""

from collections.abc import Iterator, Sequence

from monitor.formats.phrases import first
from monitor.proofs.scheme import Expected
from monitor.proofs.stark_v1.inclusion import Inclusion, ids_by_place
from monitor.proofs.stark_v1.report import Report
from monitor.proofs.users import look_for

_IF = "unless the prover made up the foldings"


def proven(report: Report | None, inclusions: Sequence[Inclusion], expected: Expected) -> Iterator[str]:
    """What was recomputed here and holds."""
    if report:
        yield from _sums(report)
    if users := [found for found in inclusions if not found.is_padding]:
        source = "that of the sum proofs" if report and report.trunk else "stated in the files themselves"
        one = users[0]
        whose = f"{len(users)} of {len(users)} inclusion files: each user's leaf is in its batch"
        if len(users) == 1:
            whose = (
                f"{one.name}: the leaf of user {one.user.identity.hex()} (net value {one.user.total}) is in batch "
                f"{one.batch_index}"
            )
        yield f"{whose}, and that batch, with its sums, in the trunk whose root is {source}"
    if inclusions and expected.user:
        yield look_for(expected.user, ids_by_place(inclusions))


def _sums(report: Report) -> Iterator[str]:
    main = ", ".join(report.config.coins[: report.config.main])
    for name, batch in report.batches.items():
        if not report.trunk:
            yield (
                f"batch {name or 'given'}: at most {batch.users - 1} users, none with a negative net value, whose net "
                f"values add up to {batch.sums.total}, and whose running totals of {main} end at the stated sums, {_IF}"
            )
    if report.trunk:
        users = sum(batch.users - 1 for batch in report.batches.values())
        yield (
            f"at most {users} users in {len(report.batches)} batches, none with a negative net value, whose net values "
            f"add up to {report.trunk.sums.total}, {_IF}"
        )
        yield f"the running totals of {main} end at the stated sums in every batch and in the trunk"
        yield "the trunk is made of exactly these batches' sums, in their order, and every coin adds up"
        yield "per batch and in the trunk, the coins' sums add up to the total value"


def not_proven(report: Report | None, inclusions: Sequence[Inclusion], expected: Expected) -> Iterator[str]:
    """What the scheme itself cannot show, then what these files leave out."""
    if report:
        yield (
            "that the stated sums are those of the balances that users are shown: the scheme never compares a user's "
            "leaf with the proven sums, so it proves the sums of some ledger"
        )
        yield (
            "the split over coins: nothing in the scheme ties a user's net value to the user's coins, so a hidden user "
            "with a negative coin can lower one coin's sum"
        )
        if rest := report.config.coins[report.config.main :]:
            yield (
                f"the sums of the {len(rest)} coins after the first {report.config.main} ({first(rest, 10)}): they "
                "carry no constraint"
            )
        yield (
            "that the prover did not cheat: where the foldings are looked at is drawn once, before the later ones are "
            "committed to, so that made-up sums can pass at no cost"
        )
    yield "the unit of the amounts: whole numbers of a unit that the report does not state, the same for all coins"
    yield "that all users were counted, and none was shown another's leaf: users have to look, each for themselves"
    yield from _missing(report, inclusions, expected)


def _missing(report: Report | None, inclusions: Sequence[Inclusion], expected: Expected) -> Iterator[str]:
    if report and not report.trunk:
        yield "the exchange's totals: the trunk, which adds up all batches, is not among the files"
    if report and report.trunk:
        seen = {found.batch_index for found in inclusions}
        if rest := [name for i, name in enumerate(report.batches) if i not in seen]:
            yield f"that the trunk names the roots of {first(rest, 10)}: only an inclusion file of a batch shows it"
    if not report:
        yield "any sum: the sum proofs (sum_proof_data) are not among the files"
    if paddings := [found.name for found in inclusions if found.is_padding]:
        yield f"{first(paddings, 10)}: of entries that fill up a batch (id 0), not of users"
    if len(paddings) == len(inclusions):
        yield "that any user is in it: no user's inclusion file is among the files"
    elif not expected.user:
        yield "whose the inclusion file is: no user id was given to compare it with"
