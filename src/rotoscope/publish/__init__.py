"""Collections of works, and the sites that are made of them."""
