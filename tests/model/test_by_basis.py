"""Sums by basis are a mapping like any other, though they are no dictionary."""

import pickle
from decimal import Decimal

import pytest

from monitor.model import Basis, ByBasis

THREE = ByBasis((Decimal(1), Decimal(2), Decimal(3)))


def test_what_is_not_there_is_absent_and_never_zero() -> None:
    assert Basis.ASSERTED not in THREE
    assert THREE.get(Basis.ASSERTED) is None
    assert not ByBasis()
    for basis, sums in ((Basis.ASSERTED, THREE), (Basis.VERIFIED, ByBasis())):
        with pytest.raises(KeyError):
            sums[basis]


def test_each_amount_stands_by_its_basis() -> None:
    plain = {Basis.VERIFIED: Decimal(1), Basis.SIGNED: Decimal(2), Basis.LISTED: Decimal(3)}

    assert plain == THREE
    assert dict(THREE) == dict(THREE.items()) == {basis: THREE[basis] for basis in plain} == plain
    assert THREE.plus(THREE) == {basis: 2 * amount for basis, amount in plain.items()}
    assert pickle.loads(pickle.dumps(THREE)) == THREE


def test_sums_on_other_bases_are_not_added_up_in_part() -> None:
    with pytest.raises(ValueError, match="longer"):
        THREE.plus(ByBasis((Decimal(1),) * 4))
