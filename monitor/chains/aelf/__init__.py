"""aelf: ELF at the newest block of the main chain, by its token contract."""
