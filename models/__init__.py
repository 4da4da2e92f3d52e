"""Adapters round weights: chat models, embedders. Knows neither documents nor HTTP."""
