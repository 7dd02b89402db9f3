"""Painting a clip by optimizing its frames so that neighbors are alike; needs the extra ``train``."""
