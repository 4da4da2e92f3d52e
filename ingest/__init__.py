"""Files in, passages out: sources, parsers, cleaning, splitting, the pipeline."""
