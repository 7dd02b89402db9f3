"""Painted frames kept alike: coherence on the way from the painter to the writer."""
