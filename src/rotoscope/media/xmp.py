"""XMP packets: what a painted picture says of itself, beside what the photograph said."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from xml.dom.minidom import Document, Element, parseString
from xml.parsers.expat import ExpatError

from rotoscope.media.provenance import PROCESS, SOURCE_TYPES, FilterCredit, Provenance, StyleCredit

NAMESPACE: Final = "urn:rotoscope:painting:1#"
"""Of the properties that no standard has; docs/explanation/provenance.md describes them."""
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_META: Final = "adobe:ns:meta/"
_XMLNS: Final = "http://www.w3.org/2000/xmlns/"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_NAMESPACES: Final[Mapping[str, str]] = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "stRef": "http://ns.adobe.com/xap/1.0/sType/ResourceRef#",
    "stEvt": "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "rotoscope": NAMESPACE,
}
_STRONGER: Final = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic")
"""What a photograph may say of itself that painting it with arithmetic does not undo."""
_UNSAFE: Final = (b"<!DOCTYPE", b"<!ENTITY", b"\x00")
_UNPRINTABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IDS: Final = uuid.UUID("5f0a7f0e-5a0b-5b7e-9d3c-6a1d0f6f7a11")


class UnreadablePacket(ValueError):
    """An XMP packet that is not in order."""


def painted_packet(stored: bytes | None, provenance: Provenance) -> bytes:
    """An XMP packet that tells how a picture was painted.

    All that the photograph says of itself stays, but for what painting has made untrue: its identity, which
    becomes that of the picture this one is derived from.

    Args:
        stored: the photograph's packet; None: it has none.
        provenance: what is told.

    Raises:
        UnreadablePacket: the stored packet is no XML, or could do more than hold text.
    """
    packet = _Packet(stored)
    packet.tell(provenance)
    return packet.to_bytes()


def read_painting(stored: bytes) -> dict[str, str]:
    """What a packet says on painting, by name; empty where it says nothing, or cannot be read."""
    try:
        packet = _Packet(stored)
    except UnreadablePacket:
        return {}
    found = {
        name: packet.text(NAMESPACE, own)
        for name, own in (
            ("ROTOSCOPE", "Recipe"),
            ("process", "Process"),
            ("filters", "FiltersTold"),
            ("source", "SourceName"),
            ("source sha256", "SourceSha256"),
            ("source seconds", "SourceSeconds"),
        )
    }
    kind = packet.text(_NAMESPACES["Iptc4xmpExt"], "DigitalSourceType")
    found["digital source type"] = None if kind is None else kind.removeprefix(SOURCE_TYPES)
    return {name: value for name, value in found.items() if value} if found["process"] else {}


class _Packet:
    """A packet as a document."""

    def __init__(self, stored: bytes | None) -> None:
        self._document = _parsed(stored) if stored else _parsed(_EMPTY)
        roots = self._document.getElementsByTagNameNS(_RDF, "RDF")
        if not roots:
            raise UnreadablePacket("it holds no RDF")
        self._root = roots[0]

    def tell(self, provenance: Provenance) -> None:
        """Put in what is to be told."""
        identity = _identity(provenance)
        derived = self._fields(
            ("stRef:documentID", self.text(_NAMESPACES["xmpMM"], "DocumentID")),
            ("stRef:instanceID", self.text(_NAMESPACES["xmpMM"], "InstanceID")),
            ("stRef:filePath", provenance.source_name),
        )
        original = self.text(_NAMESPACES["xmpMM"], "OriginalDocumentID") or self.text(
            _NAMESPACES["xmpMM"], "DocumentID"
        )
        source_type = self.text(_NAMESPACES["Iptc4xmpExt"], "DigitalSourceType") or ""
        if provenance.is_trained or source_type.removeprefix(SOURCE_TYPES) not in _STRONGER:
            source_type = provenance.source_type
        own = self._own_description()
        self._put(own, "Iptc4xmpExt:DigitalSourceType", source_type)
        if provenance.is_trained:
            self._put(own, "Iptc4xmpExt:AISystemUsed", "Rotoscope")
            self._put(own, "Iptc4xmpExt:AISystemVersionUsed", provenance.version)
        self._put(own, "xmpMM:DocumentID", f"xmp.did:{identity}")
        self._put(own, "xmpMM:InstanceID", f"xmp.iid:{identity}")
        self._put(own, "xmpMM:OriginalDocumentID", original)
        if derived:
            self._put(own, "xmpMM:DerivedFrom", self._structure("xmpMM:DerivedFrom", derived))
        self._add_event(own, provenance, f"xmp.iid:{identity}")
        self._put_missing(own, "xmp:CreatorTool", provenance.software)
        self._put_missing(own, "dc:source", provenance.source_name)
        if self._found("dc:description") is None:
            self._put(own, "dc:description", self._alternative("dc:description", provenance.sentence))
        self._put_own(own, provenance)

    def text(self, namespace: str, name: str) -> str | None:
        """A property's text; None where there is none."""
        for described in self._descriptions():
            if described.hasAttributeNS(namespace, name):
                return described.getAttributeNS(namespace, name)
            for child in _children(described, namespace, name):
                return _text_of(child) or child.getAttributeNS(_RDF, "resource") or None
        return None

    def to_bytes(self) -> bytes:
        """The packet, with its wrapping."""
        root = self._document.documentElement
        assert root is not None
        head = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        try:
            body = root.toxml()
        except RecursionError:
            raise UnreadablePacket("it is nested too deeply") from None
        return f'{head}{body}\n<?xpacket end="w"?>'.encode()

    def _put_own(self, own: Element, provenance: Provenance) -> None:
        self._put(own, "rotoscope:Process", PROCESS)
        self._put(own, "rotoscope:Version", provenance.version)
        self._put(own, "rotoscope:Look", provenance.look)
        self._put(own, "rotoscope:FiltersTold", told_names(provenance.filters))
        self._put(own, "rotoscope:Recipe", provenance.recipe)
        self._put(own, "rotoscope:SourceName", provenance.source_name)
        self._put(own, "rotoscope:SourceSha256", provenance.source_sha256)
        self._put(own, "rotoscope:SourceSeconds", provenance.moment)
        items = [self._filter(one) for one in provenance.filters]
        self._put(own, "rotoscope:Filters", self._sequence("rotoscope:Filters", items))

    def _filter(self, one: FilterCredit) -> Element:
        item = self._item(
            self._fields(
                ("rotoscope:Name", one.name),
                ("rotoscope:Kind", one.kind),
                ("rotoscope:Digest", one.digest),
                ("rotoscope:Title", one.title),
                ("rotoscope:Author", one.author),
                ("rotoscope:License", one.license),
            )
        )
        if one.styles:
            styles = [self._item(self._style(style)) for style in one.styles]
            item.appendChild(self._sequence("rotoscope:StyleImages", styles))
        return item

    def _style(self, style: StyleCredit) -> list[Element]:
        return self._fields(
            ("rotoscope:Title", style.title),
            ("rotoscope:Artist", style.artist),
            ("rotoscope:Year", style.year),
            ("rotoscope:License", style.license),
            ("rotoscope:Collection", style.collection),
            ("rotoscope:Source", style.source),
            ("rotoscope:Sha256", style.sha256),
        )

    def _add_event(self, own: Element, provenance: Provenance, instance: str) -> None:
        """What was done, after what was done before; without a time, so that bytes repeat."""
        history = self._found("xmpMM:History")
        event = self._item(
            self._fields(
                ("stEvt:action", "filtered"),
                ("stEvt:softwareAgent", provenance.software),
                ("stEvt:instanceID", instance),
                ("stEvt:parameters", f"{PROCESS} with {provenance.look}"),
            )
        )
        earlier: Iterable[Element] = () if history is None else history.getElementsByTagNameNS(_RDF, "Seq")
        for sequence in earlier:
            sequence.appendChild(event)
            return
        self._put(own, "xmpMM:History", self._sequence("xmpMM:History", [event]))

    def _own_description(self) -> Element:
        own = self._element("rdf:Description")
        own.setAttributeNS(_RDF, "rdf:about", "")
        for prefix, uri in {"rdf": _RDF, **_NAMESPACES}.items():
            own.setAttributeNS(_XMLNS, f"xmlns:{prefix}", uri)
        for described in list(self._descriptions()):
            about = described.getAttributeNS(_RDF, "about")
            if about:  # all descriptions of one packet are about one thing
                own.setAttributeNS(_RDF, "rdf:about", about)
            self._remove_own(described)
        self._root.appendChild(own)
        return own

    def _remove_own(self, described: Element) -> None:
        """What an earlier painting said: the picture is another one now."""
        for index in reversed(range(described.attributes.length)):
            attribute = described.attributes.item(index)
            if attribute is not None and attribute.namespaceURI == NAMESPACE and attribute.localName:
                described.removeAttributeNS(NAMESPACE, attribute.localName)
        for child in list(described.childNodes):
            if isinstance(child, Element) and child.namespaceURI == NAMESPACE:
                described.removeChild(child)

    def _found(self, name: str) -> Element | None:
        prefix, _, local = name.partition(":")
        for described in self._descriptions():
            for child in _children(described, _NAMESPACES[prefix], local):
                return child
        return None

    def _put_missing(self, own: Element, name: str, value: str | None) -> None:
        prefix, _, local = name.partition(":")
        if self.text(_NAMESPACES[prefix], local) is None and self._found(name) is None:
            self._put(own, name, value)

    def _put(self, own: Element, name: str, value: str | Element | None) -> None:
        """In place of what is said under that name; nothing where there is nothing to say."""
        if value is None:
            return
        prefix, _, local = name.partition(":")
        for described in self._descriptions():
            if described.hasAttributeNS(_NAMESPACES[prefix], local):
                described.removeAttributeNS(_NAMESPACES[prefix], local)
            for child in list(_children(described, _NAMESPACES[prefix], local)):
                described.removeChild(child)
        own.appendChild(value if isinstance(value, Element) else self._fields((name, value))[0])

    def _fields(self, *fields: tuple[str, str | None]) -> list[Element]:
        made: list[Element] = []
        for name, value in fields:
            if value is not None:
                element = self._element(name)
                element.appendChild(self._document.createTextNode(_printable(value)))
                made.append(element)
        return made

    def _item(self, fields: Iterable[Element]) -> Element:
        return self._structure("rdf:li", fields)

    def _structure(self, name: str, fields: Iterable[Element]) -> Element:
        element = self._element(name)
        element.setAttributeNS(_RDF, "rdf:parseType", "Resource")
        for one in fields:
            element.appendChild(one)
        return element

    def _sequence(self, name: str, items: Iterable[Element]) -> Element:
        element, sequence = self._element(name), self._element("rdf:Seq")
        for item in items:
            sequence.appendChild(item)
        element.appendChild(sequence)
        return element

    def _alternative(self, name: str, text: str) -> Element:
        element, alternatives = self._element(name), self._element("rdf:Alt")
        (item,) = self._fields(("rdf:li", text))
        item.setAttributeNS(_XML, "xml:lang", "x-default")
        alternatives.appendChild(item)
        element.appendChild(alternatives)
        return element

    def _element(self, name: str) -> Element:
        prefix, _, _local = name.partition(":")
        return self._document.createElementNS({"rdf": _RDF, **_NAMESPACES}[prefix], name)

    def _descriptions(self) -> Iterator[Element]:
        yield from _children(self._root, _RDF, "Description")


_EMPTY: Final = f'<x:xmpmeta xmlns:x="{_META}"><rdf:RDF xmlns:rdf="{_RDF}"/></x:xmpmeta>'.encode()


def told_names(filters: Iterable[FilterCredit]) -> str:
    """Names and style images, for a line: ``great-wave (The Great Wave by Katsushika Hokusai)``."""
    told: list[str] = []
    for one in filters:
        styles = "; ".join(style.told for style in one.styles)
        told.append(f"{one.name} ({styles})" if styles else one.name)
    return ", ".join(told)


def _parsed(stored: bytes) -> Document:
    """A packet, as far as it can do no more than hold text.

    Raises:
        UnreadablePacket: it cannot be read, or declares entities.
    """
    if any(mark in stored for mark in _UNSAFE):
        raise UnreadablePacket("it declares a document type, or is no UTF-8")
    try:
        return parseString(stored.strip(b"\x00 \t\r\n"))
    except (ExpatError, ValueError, RecursionError) as error:
        raise UnreadablePacket(str(error)) from error


def _children(parent: Element, namespace: str, name: str) -> Iterator[Element]:
    for child in parent.childNodes:
        if isinstance(child, Element) and child.namespaceURI == namespace and child.localName == name:
            yield child


def _text_of(element: Element) -> str:
    texts = [node.data for node in element.childNodes if node.nodeType == node.TEXT_NODE]
    return "".join(texts).strip()


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", text)


def _identity(provenance: Provenance) -> uuid.UUID:
    """The same for the same painting of the same source."""
    facts = [provenance.source_sha256, provenance.moment, provenance.recipe, provenance.look]
    digests = [one.digest for one in provenance.filters]
    return uuid.uuid5(_IDS, repr([facts, digests]))
