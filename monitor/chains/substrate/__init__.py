"""Substrate chains: Polkadot, Kusama, their Asset Hubs and kin."""
