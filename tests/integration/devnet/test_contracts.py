import json
import subprocess
from pathlib import Path

import pytest

from monitor.devnet import programs
from monitor.devnet.holdings import holdings
from monitor.devnet.jsonrpc import RpcError
from monitor.devnet.keys import ELSEWHERE, HOT
from monitor.devnet.ledgers.evm import EvmLedger, TransactionFailedError
from tests.support.nodes import AnvilFactory

pytestmark = pytest.mark.integration

CONTRACTS = sorted((programs.ROOT / "monitor/devnet/contracts").glob("*.sol"))


@pytest.mark.parametrize("source", CONTRACTS, ids=lambda path: path.stem)
def test_the_committed_code_is_what_the_compiler_makes_of_the_source(source: Path) -> None:
    compiler = programs.ROOT / "tools/compile-contract"
    compiled = subprocess.run([compiler, source], capture_output=True, text=True, check=True).stdout
    assert json.loads(compiled) == json.loads(source.with_suffix(".json").read_text())


def test_the_token_moves_no_more_than_its_sender_has(anvil: AnvilFactory) -> None:
    rows = [row for row in holdings() if row.coin == "USDT-ERC20"]
    token, held = rows[0].token, rows[0].units
    ledger = EvmLedger(anvil())
    ledger.fund(rows)
    with pytest.raises((RpcError, TransactionFailedError)):
        ledger.move(token, held + 1, HOT, ELSEWHERE)
    assert ledger.balance(token, HOT.evm_address) == held
    ledger.move(token, held, HOT, ELSEWHERE)
    assert ledger.balance(token, HOT.evm_address) == 0
    assert ledger.balance(token, ELSEWHERE.evm_address) == held
