"""Coherence: what keeps the paintings of neighboring frames alike."""
