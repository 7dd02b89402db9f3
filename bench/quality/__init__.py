"""Quality as figures that anybody can measure again: ``python -m bench.quality``."""
