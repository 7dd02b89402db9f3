"""A gallery of collections as static files: pages, pictures, feeds."""
