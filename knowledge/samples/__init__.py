"""The demo corpus: documents of an invented electronics retailer, and the script that writes the binary ones."""
