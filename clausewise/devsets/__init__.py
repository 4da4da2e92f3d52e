"""Development sets: what search and answers are measured on, with the figures that are wanted of them.

Every figure goes the way a customer's question goes: files are ingested into a home, questions are asked of
the program. ``clausewise eval sets`` runs them; thresholds.toml says what is wanted.
"""
