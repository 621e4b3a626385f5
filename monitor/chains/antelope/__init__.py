"""EOS (Vaulta), WAX and others of Antelope: owners, asked of nodes."""
