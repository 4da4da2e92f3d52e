"""Questions to checked, cited answers."""
