"""Proposed questions for staff to correct."""
