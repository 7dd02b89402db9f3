"""Short forms for sharing: loops, crops, before and after, sheets, posters."""
