"""Tokens that are the same are one object, wherever they come from."""

import pickle

from monitor.model import Token, same_token


def test_a_token_that_comes_from_another_process_is_the_one_that_is_there() -> None:
    ours = same_token("USDT", "ethereum", "0xdac17f958d2ee523a2206206994597c13d831ec7", 6, None)
    theirs = Token(ours.asset, ours.network, ours.contract, ours.decimals)

    assert pickle.loads(pickle.dumps(theirs)) is ours
