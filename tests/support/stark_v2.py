"""Trees of OKX zk-STARK V2, made of generated users: batches, and nodes of several children above them."""

from dataclasses import dataclass
from typing import Any

from monitor.proofs.stark_v2.documents import hex_of
from monitor.proofs.stark_v2.poseidon import Hash, hash_elements

EMPTY: Hash = (0, 0, 0, 0)


@dataclass(frozen=True)
class Account:
    identity: str
    equity: tuple[int, ...]
    debt: tuple[int, ...]

    def leaf(self) -> Hash:
        digits = [self.identity[start : start + 14] for start in range(0, 64, 14)]
        return hash_elements([*(int(part, 16) for part in digits), sum(self.equity), sum(self.debt)])


class Tree:
    """All users, and what is published of them."""

    def __init__(self, accounts: list[Account], batch_size: int, branches: int) -> None:
        self.accounts, self.batch_size, self.branches = accounts, batch_size, branches
        level = [account.leaf() for account in accounts]
        level += [EMPTY] * (-len(level) % batch_size)
        self.levels = [(2, level)]
        for _ in range(batch_size.bit_length() - 1):
            level = self._above(level, 2)
            self.levels.append((2, level))
        while True:
            self.levels[-1] = (branches, [*level, *([EMPTY] * (-len(level) % branches))])
            level = self._above(self.levels[-1][1], branches)
            if len(level) == 1:
                break
            self.levels.append((branches, level))
        self.root = level[0]

    @staticmethod
    def _above(level: list[Hash], children: int) -> list[Hash]:
        groups = (level[i : i + children] for i in range(0, len(level), children))
        return [hash_elements([element for node in group for element in node]) for group in groups]

    def published(self) -> dict[str, Any]:
        equity = sum(sum(account.equity) for account in self.accounts)
        debt = sum(sum(account.debt) for account in self.accounts)
        return {
            "general": {
                "round_num": 506872725,
                "recursion_branchout_num": self.branches,
                "batch_size": self.batch_size,
                "token_num": len(self.accounts[0].equity),
            },
            "root_vd_digest": {"elements": [1, 2, 3, 4]},
            "proof": {"proof": {"wires_cap": []}, "public_inputs": [equity, debt, *self.root]},
        }

    def user(self, index: int) -> dict[str, Any]:
        account = self.accounts[index]
        binary, above, node = [], [], index
        depth = self.batch_size.bit_length() - 1
        for number, (children, level) in enumerate(self.levels):
            first = node - node % children
            left = [hex_of(one) for one in level[first:node]]
            right = [hex_of(one) for one in level[node + 1 : first + children]]
            if number < depth:
                binary += [*left, *right]
            else:
                above.append({"left_hashes": left, "right_hashes": right})
            node //= children
        return {
            "account": {
                "id": account.identity,
                "equity": [str(amount) for amount in account.equity],
                "debt": [str(amount) for amount in account.debt],
            },
            "index": index,
            "sum_tree_siblings": binary,
            "recursive_tree_siblings": above,
        }
