"""Weights and what runs them: chat models and embedders behind LangChain's own types."""
