"""Painting a still by optimizing its pixels; needs the extra ``train``."""
