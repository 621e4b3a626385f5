"""Casper: CSPR of main purses at one block."""
