"""Painting stills and clips by optimizing their pixels; needs the extra ``train``."""
