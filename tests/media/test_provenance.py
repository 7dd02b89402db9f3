"""What painted pictures say of themselves, beside what the photographs said."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.dom.minidom import parseString

import pytest
from PIL import Image

from rotoscope.media.painted_tags import painted_tags
from rotoscope.media.provenance import FilterCredit, Provenance, StyleCredit
from rotoscope.media.still_codecs import StillTags, encode_still
from rotoscope.media.xmp import NAMESPACE, UnreadablePacket, painted_packet, read_painting

from samples import picture

STYLE = StyleCredit("The Wave", "Hokusai", "1831", "CC0-1.0", "A Museum", "https://a.example/w", "cd" * 32)
WAVE = FilterCredit("great-wave", "neural", "ab" * 32, is_trained=True, title="Wave", styles=(STYLE,))
LINES = FilterCredit("lineart", "lineart", "ef" * 32, is_trained=False)
PAINTED = Provenance((WAVE, LINES), "great-wave + lineart", '{"look":"<a & b>"}', "bay.jpg", "12" * 32)
PHOTO = b"""<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:odd="http://odd.example/1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
 xmp:CreatorTool="Darkroom 7" odd:Mood="calm" xmpMM:DocumentID="xmp.did:photo"
 xmpMM:InstanceID="xmp.iid:photo">
<dc:creator><rdf:Seq><rdf:li>Ansel</rdf:li></rdf:Seq></dc:creator>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">All mine</rdf:li></rdf:Alt></dc:rights>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"""
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
MM = "http://ns.adobe.com/xap/1.0/mm/"


def texts(packet: bytes, namespace: str, name: str) -> list[str]:
    """Texts of all elements of that name, with those inside them."""

    def inside(node: Any) -> str:  # noqa: ANN401 - a node of minidom's
        return "".join(
            inside(child) if child.childNodes else (child.nodeValue or "") for child in node.childNodes
        )

    return [inside(one) for one in parseString(packet).getElementsByTagNameNS(namespace, name)]


def test_a_packet_says_what_painted_in_whose_style() -> None:
    packet = painted_packet(None, PAINTED)
    assert texts(packet, IPTC, "DigitalSourceType") == [
        "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
    ]
    assert texts(packet, NAMESPACE, "Digest") == ["ab" * 32, "ef" * 32]
    assert texts(packet, NAMESPACE, "Artist") == ["Hokusai"]
    assert texts(packet, NAMESPACE, "Sha256") == ["cd" * 32]
    assert texts(packet, NAMESPACE, "Recipe") == ['{"look":"<a & b>"}']
    assert texts(packet, "http://purl.org/dc/elements/1.1/", "description") == [
        f"bay.jpg, algorithmically painted with great-wave + lineart by {PAINTED.software}; in the style of "
        "The Wave by Hokusai, 1831, CC0-1.0."
    ]


def test_it_is_read_back() -> None:
    assert read_painting(painted_packet(PHOTO, PAINTED)) == {
        "ROTOSCOPE": '{"look":"<a & b>"}',
        "process": "algorithmically painted",
        "filters": "great-wave (The Wave by Hokusai, 1831, CC0-1.0), lineart",
        "source": "bay.jpg",
        "source sha256": "12" * 32,
        "digital source type": "compositeWithTrainedAlgorithmicMedia",
    }


def test_a_photograph_alone_says_nothing_of_painting() -> None:
    assert read_painting(PHOTO) == {}
    assert read_painting(b"no packet") == {}


def test_arithmetic_alone_is_called_altered_and_no_network_is_named() -> None:
    packet = painted_packet(None, Provenance((LINES,), "lineart"))
    assert read_painting(packet)["digital source type"] == "algorithmicallyEnhanced"
    assert texts(packet, IPTC, "AISystemUsed") == []
    assert texts(painted_packet(None, PAINTED), IPTC, "AISystemUsed") == ["Rotoscope"]


def test_what_the_photograph_says_stays() -> None:
    packet = painted_packet(PHOTO, PAINTED)
    assert texts(packet, "http://purl.org/dc/elements/1.1/", "creator")[0].strip() == "Ansel"
    assert texts(packet, "http://purl.org/dc/elements/1.1/", "rights")[0].strip() == "All mine"
    assert b'odd:Mood="calm"' in packet
    assert b'xmp:CreatorTool="Darkroom 7"' in packet


def test_the_painting_is_another_picture_that_is_derived_from_the_photograph() -> None:
    packet = painted_packet(PHOTO, PAINTED)
    (identity,) = texts(packet, MM, "DocumentID")
    assert identity.startswith("xmp.did:")
    assert identity != "xmp.did:photo"
    assert b'xmpMM:DocumentID="' not in packet
    assert texts(packet, MM, "OriginalDocumentID") == ["xmp.did:photo"]
    (derived,) = texts(packet, MM, "DerivedFrom")
    assert derived == "xmp.did:photoxmp.iid:photobay.jpg"
    assert painted_packet(PHOTO, PAINTED) == packet


def test_a_painting_painted_again_has_both_in_its_history_and_speaks_of_the_last() -> None:
    lined = Provenance((LINES,), "lineart", None, "painted.jpg")
    again = painted_packet(painted_packet(PHOTO, PAINTED), lined)
    assert texts(again, "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#", "parameters") == [
        "algorithmically painted with great-wave + lineart",
        "algorithmically painted with lineart",
    ]
    assert texts(again, NAMESPACE, "Look") == ["lineart"]
    assert texts(again, NAMESPACE, "Digest") == ["ef" * 32]
    found = read_painting(again)
    assert "ROTOSCOPE" not in found
    assert found["digital source type"] == "compositeWithTrainedAlgorithmicMedia"  # a network has been at it


@pytest.mark.parametrize(
    "packet",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&b;</x:xmpmeta>',
        PHOTO.decode().replace("xpacket begin=''", "a").encode("utf-16"),
        b"<x:xmpmeta",
        b"<a/>",
    ],
    ids=["entities", "utf-16", "cut off", "no RDF"],
)
def test_a_packet_that_is_not_in_order_is_not_built_upon(packet: bytes) -> None:
    with pytest.raises(UnreadablePacket):
        painted_packet(packet, PAINTED)
    made = painted_tags(StillTags(xmp=packet), PAINTED, ".png")
    assert made.notes[0].startswith("the photograph's XMP was left out: ")
    assert read_painting(made.tags.xmp or b"")["source"] == "bay.jpg"


def test_names_that_xml_cannot_hold_are_written_with_a_mark_in_their_place() -> None:
    packet = painted_packet(None, Provenance((LINES,), "lineart", None, "a\x0bb\udcff.jpg"))
    assert read_painting(packet)["source"] == "a\ufffdb\ufffd.jpg"


def test_jpeg_leaves_the_recipe_out_where_it_is_too_long() -> None:
    long = Provenance((LINES,), "lineart", "x" * 70_000)
    jpeg, png = (painted_tags(StillTags(), long, suffix) for suffix in (".jpg", ".png"))
    assert jpeg.notes == (
        "the recipe was left out: with it there is more to tell than JPEG holds; .png holds it",
    )
    assert "ROTOSCOPE" not in read_painting(jpeg.tags.xmp or b"")
    assert png.notes == ()
    assert len(read_painting(png.tags.xmp or b"")["ROTOSCOPE"]) == 70_000


def test_jpeg_leaves_the_photographs_packet_out_where_it_is_too_long() -> None:
    large = PHOTO.replace(b"calm", b"calm" * 16_000)
    made = painted_tags(StillTags(xmp=large), PAINTED, ".jpg")
    assert any(note.startswith("the photograph's XMP was left out") for note in made.notes)
    encode_still(picture(1), ".jpg", quality=80, tags=made.tags)


def test_exif_keeps_the_camera_and_names_the_software() -> None:
    photo = Image.Exif()
    photo[0x010F] = "Rotocam"
    photo.get_ifd(0x8769)[0x9003] = "2017:05:06 07:08:09"
    photo.get_ifd(0x8825)[1] = "N"
    made = painted_tags(StillTags(exif=photo.tobytes()), PAINTED, ".jpg").tags.exif
    read = Image.Exif()
    read.load(made or b"")
    assert read[0x010F] == "Rotocam"
    assert read.get_ifd(0x8769)[0x9003] == "2017:05:06 07:08:09"
    assert read.get_ifd(0x8825)[1] == "N"
    assert read[0x0131] == PAINTED.software
    assert "algorithmically painted" in read[0x010E]


def test_a_description_that_was_there_stays() -> None:
    photo = Image.Exif()
    photo[0x010E] = "Our house"
    read = Image.Exif()
    read.load(painted_tags(StillTags(exif=photo.tobytes()), PAINTED, ".jpg").tags.exif or b"")
    assert read[0x010E] == "Our house"


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_every_format_holds_it(suffix: str) -> None:
    made = painted_tags(StillTags(), PAINTED, suffix)
    content = encode_still(picture(1), suffix, quality=80, tags=made.tags).content
    with Image.open(BytesIO(content)) as image:
        image.load()
        assert read_painting(image.info["xmp"])["filters"].startswith("great-wave (The Wave")
        assert image.getexif()[0x0131] == PAINTED.software


def test_the_page_names_every_field_of_our_own() -> None:
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "provenance.md").read_text(encoding="utf-8")
    table = page.partition("## Fields of our own")[2].partition("\n## ")[0]
    assert f"`{NAMESPACE}`" in table
    named = set(re.findall(r"`([A-Z]\w+)`", table))
    filled = replace(
        PAINTED, moment="1.5", filters=(replace(WAVE, author="A", license="MIT"), *PAINTED.filters[1:])
    )
    written = {
        element.localName
        for element in parseString(painted_packet(None, filled)).getElementsByTagNameNS(NAMESPACE, "*")
    }
    assert named == written
