"""Bitcoin and its kin: bitcoind, Electrum servers and Esplora."""
