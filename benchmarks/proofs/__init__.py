"""How fast proofs of liabilities are verified."""
