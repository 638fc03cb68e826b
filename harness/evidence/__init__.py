"""What a run leaves behind: an append-only hash-chained journal and content-addressed pieces."""
