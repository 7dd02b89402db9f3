"""Long videos in segments: painted apart, kept, and joined."""
