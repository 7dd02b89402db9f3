"""Backing up, restoring, and telling what is wrong with an installation.

Nothing is imported here: the doctor works where libraries do not.
"""
