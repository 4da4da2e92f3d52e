"""The demo corpus: documents of an invented electronics retailer, and what writes the binary ones."""
