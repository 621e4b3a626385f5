"""Bitcoin and its kin: bitcoind, Electrum servers, Esplora and Blockbook."""
