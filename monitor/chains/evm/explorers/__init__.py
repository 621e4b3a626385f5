"""Block explorers of EVM chains: what answers ``eth_call`` for everybody, and promises nothing about the block."""
