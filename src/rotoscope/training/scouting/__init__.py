"""Scouting: which of many pictures would make a good filter, by a short training of each."""
