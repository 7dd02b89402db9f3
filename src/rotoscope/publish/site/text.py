"""Markdown of stories, captions and updates as HTML: no HTML of theirs, no pictures from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

ShowPicture = Callable[[str, str], str]
"""HTML of what ``![words](name)`` shows; it is given the name and the words."""
_HEADS: Final = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6"}
"""A page has one first head of its own."""


def to_html(text: str, show_picture: ShowPicture) -> str:
    """Markdown as HTML.

    Args:
        text: CommonMark with tables. HTML in it is shown as it is typed.
        show_picture: makes what ``![words](name)`` stands for.

    Returns:
        HTML whose heads begin with ``h2``, to be put into a page as it is.
    """
    markdown = MarkdownIt("commonmark", {"html": False, "typographer": True}).enable(
        ["table", "replacements", "smartquotes"]
    )
    markdown.validateLink = _is_link  # type: ignore[method-assign] - as its documentation has it

    def image(
        renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        token = tokens[index]
        words = renderer.renderInlineAsText(token.children or [], options, env)
        return show_picture(str(token.attrs["src"]), words)

    def head(
        renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        tokens[index].tag = _HEADS.get(tokens[index].tag, "h6")
        return renderer.renderToken(tokens, index, options, env)

    markdown.add_render_rule("image", image)
    markdown.add_render_rule("heading_open", head)
    markdown.add_render_rule("heading_close", head)
    return markdown.render(text)


def to_plain(text: str, *, most: int) -> str:
    """The words of Markdown without its marks, cut after so many characters at the end of a word."""
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(text)
    words = " ".join(" ".join(_words(tokens)).split())
    if len(words) <= most:
        return words
    return words[:most].rpartition(" ")[0].rstrip(" ,;:.") + " …"


def _words(tokens: Sequence[Token]) -> list[str]:
    found: list[str] = []
    for token in tokens:
        if token.type == "inline":
            found.append("".join(_inline(token.children or [])))
        elif token.type in ("fence", "code_block"):
            found.append(token.content)
    return found


def _inline(tokens: Sequence[Token]) -> list[str]:
    return [
        " " if token.type.endswith("break") else token.content for token in tokens if token.type != "image"
    ]


def _is_link(url: Any) -> bool:  # noqa: ANN401 - as the library declares it
    text = str(url).strip().lower()
    scheme, colon, _ = text.partition(":")
    if not colon or "/" in scheme or "#" in scheme:
        return True
    return scheme in ("http", "https", "mailto")
