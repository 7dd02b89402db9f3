"""What a site is told beside its collections."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from rotoscope.errors import InvalidOptions

DEFAULT_TITLE = "Gallery"


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """Words and address of a site; validated when made.

    Raises:
        InvalidOptions: the address is none of the web.
    """

    title: str = DEFAULT_TITLE
    description: str | None = None
    author: str | None = None
    language: str = "en"
    """Of the texts, as HTML has it."""
    url: str | None = None
    """Where the site will be, ``https://example.org/gallery/``: feeds, the sitemap and previews need whole
    addresses, and are left out without it."""

    def __post_init__(self) -> None:
        if self.url is not None:
            parts = urlsplit(self.url)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
                raise InvalidOptions(
                    f"The site's address was given as {self.url!r}; it is that of its first page, such as "
                    "https://example.org/gallery/."
                )

    @property
    def root(self) -> str | None:
        """The address with a slash at its end."""
        return None if self.url is None else self.url.rstrip("/") + "/"

    @property
    def base_path(self) -> str:
        """The path of the first page on its host; ``/`` where no address is known."""
        return "/" if self.root is None else urlsplit(self.root).path or "/"

    def whole(self, path: str) -> str | None:
        """The whole address of a page or file; None where the site's is not known."""
        if self.root is None:
            return None
        return self.root + ("" if path == "index.html" else path)
