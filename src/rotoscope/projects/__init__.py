"""A video in Git: its manifest, frames, looks and results, and their history."""
