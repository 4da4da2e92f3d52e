"""The store of record and the search over it."""
