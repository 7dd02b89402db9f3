"""Weights of known style networks, of frameworks that need not be installed, made into filters."""
