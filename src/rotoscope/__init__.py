"""Rotoscope paints photographs and video with neural filters."""
