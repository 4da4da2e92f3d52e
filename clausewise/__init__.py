"""The program: command line, settings, and the one place that joins the real parts."""
