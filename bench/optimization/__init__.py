"""How soon a picture is optimized, held against the classic procedure."""
