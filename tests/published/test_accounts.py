"""The neutral layout of wallet lists, in both spellings."""

import contextlib
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Claim, ClaimKind, Height
from monitor.published import LayoutError
from monitor.registry import Registry
from tests.support.published import refusal, wallets

ETH = "0x0cdcdb19a857c2ac24818ca4fdfe38cce071483e"
BTC = "bc1q82aks5ft2at48wp0sa6rr5vtzutvgzr8azts6w8nlu0dqc2dx24qvzwspk"
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
BRIDGED = "0xff970a61a04b1ca14834a43f5de4533ebddb5cc8"
VALIDATOR = "0x" + "ab" * 48


def refused(text: str, registry: Registry) -> tuple[str, str]:
    with pytest.raises(LayoutError) as caught:
        wallets(text, registry)
    return refusal(caught.value)


def only(text: str, registry: Registry) -> Claim:
    found = wallets(text, registry)
    assert found.layout == "accounts"
    (claim,) = found.claims
    return claim


def test_two_columns_claim_the_native_coin(registry: Registry) -> None:
    claim = only(f"network,address\nbitcoin,{BTC}\n", registry)
    assert (claim.network, claim.token, claim.account) == ("bitcoin", registry.native("bitcoin"), BTC)
    assert (claim.coin, claim.amount, claim.height, claim.fault) == ("native", None, None, "")


def test_every_column_has_its_place(registry: Registry) -> None:
    text = (
        "kind,network,asset,address,amount,height,message,signature,signature2,key,owner1,owner2\n"
        f"account,Ethereum,USDT,{ETH},12.5,900,I am ours,0x1,0x2,aa,0x3,0x4\n"
    )
    assert only(text, registry) == Claim(
        file="list.csv",
        line=2,
        coin="USDT",
        network="ethereum",
        token=next(token for token in registry.tokens("ethereum") if token.contract == USDT),
        address=ETH,
        account=ETH,
        amount=Decimal("12.5"),
        height=Height(900),
        message="I am ours",
        signatures=("0x1", "0x2"),
        key="aa",
        owners=("0x3", "0x4"),
    )


def test_json_says_the_same_as_csv(registry: Registry) -> None:
    table = f"network,address,asset,amount,height,signature1\nethereum,{ETH},USDT,0.10,7,0x1\n\nbitcoin,{BTC},,,,\n"
    tree = f"""[
      {{"network": "ethereum", "address": "{ETH}", "asset": "USDT", "amount": 0.10, "height": 7, "signature": "0x1"}},

      {{"network": "bitcoin", "address": "{BTC}", "amount": null}}
    ]"""
    in_table, in_tree = wallets(table, registry).claims, wallets(tree, registry).claims
    assert [claim.line for claim in in_table] == [2, 4]
    assert [claim.line for claim in in_tree] == [2, 4]
    assert in_table == in_tree
    assert str(in_tree[0].amount) == "0.10"


def test_a_contract_names_the_one_token(registry: Registry) -> None:
    text = f"network,address,token\narbitrum,{ETH},{BRIDGED}\narbitrum,{ETH},native\n"
    bridged, native = wallets(text, registry).claims
    assert bridged.token is not None
    assert bridged.token.contract == BRIDGED
    assert native.token == registry.native("arbitrum")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (f"nowhere,{ETH},ETH,", "'nowhere'"),
        (f"arbitrum,{ETH},USDC,", BRIDGED),
        (f"ethereum,{ETH},NOSUCH,", "NOSUCH"),
        (f"ethereum,{ETH},USDC,{USDT}", "is USDT, not USDC"),
        (f"ethereum,{ETH},,{ETH}", ETH[:30]),
        (f"bitcoin,{ETH},BTC,", "not an address of bitcoin"),
    ],
)
def test_what_cannot_be_placed_is_kept_with_its_reason(registry: Registry, row: str, fault: str) -> None:
    claim = only(f"network,address,asset,token\n{row}\n", registry)
    assert fault in claim.fault
    assert claim.token is None or claim.account is None


def test_a_validator_is_a_stake(registry: Registry) -> None:
    claim = only(f"network,address,asset,kind\nethereum,{VALIDATOR},ETH,staking\n", registry)
    assert (claim.kind, claim.network, claim.account, claim.fault) == (
        ClaimKind.STAKING,
        "ethereum-beacon",
        VALIDATOR,
        "",
    )


def test_an_unknown_kind_names_no_account(registry: Registry) -> None:
    text = f"network,address,kind\nethereum,{ETH},lent\n" + f"ethereum,{ETH},\n"
    claim = wallets(text, registry).claims[0]
    assert (claim.token, claim.account) == (None, None)
    assert "'lent'" in claim.fault


@pytest.mark.parametrize(
    "text",
    [
        f"network,address,adress\nethereum,{ETH},\n",
        f"network,address,signature,signature1\nethereum,{ETH},1,2\n",
        json.dumps([{"network": "ethereum", "address": ETH, "amuont": 1}]),
        json.dumps([{"network": "ethereum", "address": ETH, "signature": "1", "signature1": "2"}]),
        json.dumps([{"network": "ethereum", "address": ETH}, ETH]),
        json.dumps([{"network": "ethereum", "address": [ETH]}]),
        json.dumps([{"network": "ethereum", "address": ETH, "amount": True}]),
        '[{"network": "ethereum", "network": "bitcoin", "address": "1"}]',
        '[{"network": "ethereum", "address": "1", "amount": NaN}]',
        '[{"network": "ethereum", "address": "\\ud800"}]',
        "[]",
        "[1]",
        "{}",
        "[" * 100_000,
    ],
)
def test_what_is_not_understood_to_the_letter_is_refused(registry: Registry, text: str) -> None:
    assert refused(text, registry)[0] == "layout"


def test_a_key_that_is_not_known_is_named_with_its_line(registry: Registry) -> None:
    text = json.dumps([{"network": "ethereum", "address": ETH}, {"network": "ethereum", "adress": ETH}], indent=1)
    sentence = refused(text, registry)[1]
    assert "list.csv:6" in sentence
    assert "'adress'" in sentence


@pytest.mark.parametrize("amount", [-1, "1,5", 1e99, "x"])
def test_a_bad_amount_in_json_is_a_fault(registry: Registry, amount: object) -> None:
    tree = [{"network": "ethereum", "address": ETH, "amount": given} for given in (1, amount)]
    claim = wallets(json.dumps(tree).replace("1e+99", "1e999"), registry).claims[1]
    assert claim.amount is None
    assert claim.account == ETH
    assert "amount" in claim.fault


TABLE = f"network,address,amount\nethereum,{ETH},12345\nbitcoin,{BTC},67890\n"
TREE = json.dumps([{"network": "ethereum", "address": ETH, "amount": "12345"}, {"network": "bitcoin", "address": BTC}])


def test_the_last_row_must_end_with_a_line_end(registry: Registry) -> None:
    text = f"network,address,signature\nethereum,{ETH},0x1"
    assert refused(text, registry)[0] == "truncated"
    assert only(text + "\n", registry).signatures == ("0x1",)


@pytest.mark.parametrize("text", [TABLE, TREE], ids=["csv", "json"])
def test_a_list_cut_at_any_byte_is_refused_or_ends_with_a_whole_row(registry: Registry, text: str) -> None:
    whole = wallets(text, registry).claims
    for end in range(1, len(text)):
        try:
            claims = wallets(text[:end], registry).claims
        except LayoutError:
            continue
        assert text[:end].endswith("\n")
        assert claims == whole[: len(claims)]


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["network", "address", "owners", "x"]), inner, max_size=3)
        ),
    )
)
def test_no_json_raises_anything_but_layout_errors(registry: Registry, tree: object) -> None:
    with contextlib.suppress(LayoutError):
        wallets(json.dumps(tree), registry)


CUSDT = "0xf650c3d88d12db855b8bf7d11be6c55a4e07dcc9"
WBTC = "0x2260fac5e5542a773aa44fbcfedf7c193bc2c599"


@pytest.mark.parametrize("asset", ["", "USDT"])
def test_the_contract_of_a_position_claims_the_coins_that_it_stands_for(registry: Registry, asset: str) -> None:
    claim = only(f"network,asset,token,address\nethereum,{asset},{CUSDT},{ETH}\n", registry)
    assert claim.token == registry.position("ethereum", CUSDT, "USDT")
    assert claim.fault == ""


def test_a_wrapped_coin_counts_as_the_coin_only_where_the_row_says_so(registry: Registry) -> None:
    own = only(f"network,token,address\nethereum,{WBTC},{ETH}\n", registry)
    wrapped = only(f"network,asset,token,address\nethereum,BTC,{WBTC},{ETH}\n", registry)
    assert own.token
    assert (own.token.asset, own.token.position) == ("WBTC", None)
    assert wrapped.token == registry.position("ethereum", WBTC, "BTC")
    wrong = only(f"network,asset,token,address\nethereum,ETH,{WBTC},{ETH}\n", registry)
    assert "is WBTC, not ETH" in wrong.fault


def test_a_withdrawal_address_needs_a_row_that_says_staking(registry: Registry) -> None:
    staked = only(f"network,kind,address,amount\nethereum,staking,{ETH},96\n", registry)
    assert (staked.network, staked.account, staked.fault) == ("ethereum-beacon", ETH, "")
    plain = only(f"network,address\nethereum-beacon,{ETH}\n", registry)
    assert plain.account is None
    assert "does not say that its coins are staked" in plain.fault


def test_a_row_of_an_account_that_is_known_to_hold_a_position_means_that(registry: Registry) -> None:
    lender = "0xb99cc7e10fe0acc68c50c7829f473d81e23249cc"
    claim = only(f"network,asset,address,amount\nethereum,USDT,{lender},10\n", registry)
    assert claim.token == registry.position("ethereum", CUSDT, "USDT")
    assert claim.coin == "USDT"
