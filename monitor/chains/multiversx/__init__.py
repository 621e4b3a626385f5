"""MultiversX: EGLD at one hyperblock, which names a block of each shard."""
