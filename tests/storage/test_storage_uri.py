"""URIs of stored files."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rotoscope.errors import InvalidUri
from rotoscope.storage.uri import SCHEMES, StorageUri, is_uri, parse_uri

BUCKETS = ("s3", "gs", "az")
WITHOUT = ("data", "file", "dropbox", "gdrive")
labels = st.none() | st.from_regex(r"[a-z0-9][a-z0-9-]{0,10}", fullmatch=True)
buckets = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
part = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="/\\"), min_size=1, max_size=20
).filter(lambda text: text not in (".", ".."))
stored_paths = st.builds(
    "{}{}".format,
    st.lists(part, min_size=1, max_size=5).map("/".join),
    st.sampled_from(["", "/"]),
) | st.just("")
uris = st.one_of(
    st.builds(StorageUri, st.sampled_from(BUCKETS), labels, buckets, stored_paths),
    st.builds(StorageUri, st.sampled_from(WITHOUT), labels, st.just(""), stored_paths),
    st.builds(
        StorageUri,
        st.just("https"),
        st.none(),
        st.from_regex(r"[a-z0-9][a-z0-9.-]{0,20}(:[0-9]{1,5})?", fullmatch=True),
        st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=30),
    ),
)
junk = st.builds(
    "".join,
    st.lists(
        st.sampled_from(
            ["..", ".", "/", "%2e", "%2F", "%5c", "%00", "\\", "a", "%", "é", "\n", "?", "#", "@"]
        )
    ),
)


@settings(deadline=None)
@given(uris)
def test_what_is_written_is_read_as_it_was(uri: StorageUri) -> None:
    written = str(uri)
    assume(len(written) <= 2048)
    assert is_uri(written)
    assert parse_uri(written) == uri


@settings(deadline=None)
@given(st.sampled_from(SCHEMES), junk)
def test_no_uri_climbs(scheme: str, rest: str) -> None:
    authority = "" if scheme in WITHOUT else "place/"
    try:
        uri = parse_uri(f"{scheme}://{authority}{rest}")
    except InvalidUri:
        return
    assert parse_uri(str(uri)) == uri
    if scheme != "https":  # there the path is the server's own business
        parts = uri.path.rstrip("/").split("/")
        assert not {".", ".."} & set(parts)
        assert not uri.path.startswith("/")
        assert "\\" not in uri.path
        assert "\0" not in uri.path


@settings(deadline=None)
@given(uris.filter(lambda uri: uri.scheme != "https"), junk)
def test_what_is_joined_stays_within(folder: StorageUri, name: str) -> None:
    try:
        joined = folder.joined(name)
    except InvalidUri:
        return
    base = folder.path if folder.is_folder else f"{folder.path}/"
    assert joined.path.startswith(base)
    assert (joined.scheme, joined.label, joined.authority) == (folder.scheme, folder.label, folder.authority)
    assert not {".", ".."} & set(joined.path.split("/"))


@pytest.mark.parametrize(
    ("text", "uri", "name"),
    [
        ("data://in/drone.mp4", StorageUri("data", None, "", "in/drone.mp4"), "drone.mp4"),
        ("data://", StorageUri("data", None, "", ""), ""),
        ("data://in/", StorageUri("data", None, "", "in/"), "in"),
        ("file:///home/u/a%20b.mp4", StorageUri("file", None, "", "home/u/a b.mp4"), "a b.mp4"),
        ("file://home/u/a.mp4", StorageUri("file", None, "", "home/u/a.mp4"), "a.mp4"),
        ("s3://bucket", StorageUri("s3", None, "bucket", ""), ""),
        ("s3+archive://bucket/a?b#c", StorageUri("s3", "archive", "bucket", "a?b#c"), "a?b#c"),
        ("dropbox://Rotoscope/in/ü.png", StorageUri("dropbox", None, "", "Rotoscope/in/ü.png"), "ü.png"),
        (
            "https://h.org:8443/a/b%20c.mp4?x=1/2",
            StorageUri("https", None, "h.org:8443", "a/b%20c.mp4?x=1/2"),
            "b c.mp4",
        ),
    ],
)
def test_what_uris_mean(text: str, uri: StorageUri, name: str) -> None:
    assert parse_uri(text) == uri
    assert uri.name == name
    assert uri.is_folder == text.endswith(("://", "in/", "s3://bucket"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("drone.mp4", "is not a URI of a stored file. It begins with one of data://, file://, s3://"),
        ("ftp://host/a", "is not a URI of a stored file"),
        ("S3://bucket/a", "is not a URI of a stored file"),
        ("s3+Two Words://bucket/a", "is not a URI of a stored file"),
        ("s3:///a", "names no bucket. Write s3://bucket/path/to/file"),
        ("https:///a", "names no host. Write https://host/path/to/file"),
        (
            "s3://buck et/a",
            "names the bucket 'buck et', and a bucket's name has letters, digits, . and - only",
        ),
        ("s3://../a", "names the bucket '..'"),
        ("https://user:pass@host/a", "a user and a password have no place in it"),
        ("https://host/a b", "has a space, a #, or a character beyond ASCII in its path. Write those as %20"),
        ("https://host/a#b", "has a space, a #"),
        ("data://in/../../etc", "has an empty part, . or .. in its path. Write the path out"),
        ("data://in/%2e%2e/etc", "has an empty part, . or .. in its path"),
        ("data://in//a", "has an empty part"),
        ("data://in\\a", "holds a control character or a backslash"),
        ("data://a%00b", "holds a control character or a backslash"),
        ("data://%ff", "is not UTF-8 when its percent signs are decoded"),
        ("data://" + "a" * 3000, "A URI has at most 2048 characters, and this one has 3007"),
    ],
)
def test_what_is_no_uri_is_told_how_to_be_one(text: str, told: str) -> None:
    with pytest.raises(InvalidUri) as caught:
        parse_uri(text)
    assert told in str(caught.value)


def test_local_paths_are_no_uris() -> None:
    for text in ("drone.mp4", "/home/u/a.mp4", "C:\\a.mp4", "http://host/a", "memory://a"):
        assert not is_uri(text)
