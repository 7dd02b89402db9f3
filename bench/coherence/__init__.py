"""How much flicker each coherence leaves, and what it costs."""
