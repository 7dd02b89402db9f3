"""Style pictures that Rotoscope draws itself, to train filters on: nobody else has a right in them."""

from rotoscope.styles.registry import STYLES, Style, get_style, render_style, style_names

__all__ = ["STYLES", "Style", "get_style", "render_style", "style_names"]
