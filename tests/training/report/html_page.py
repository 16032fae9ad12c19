"""Reads a page with Python's own parser, and fails where an element is not closed in its turn."""

from dataclasses import dataclass
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "input", "link"}
APART = {"td", "th", "span", "b"}  # what the style sheet sets apart from what follows


@dataclass
class Element:
    """An element with its attributes, and the text directly or deeper within it."""

    tag: str
    attributes: dict[str, str | None]
    text: str = ""


class HtmlPage(HTMLParser):
    """What a page holds.

    Attributes:
        elements: in the order of their start tags.
        comments: comments and processing instructions, of which a report has none.
        doctype: the declaration.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.comments: list[str] = []
        self.doctype = ""
        self._open: list[Element] = []
        self.feed(html)
        self.close()
        assert self._open == [], f"never closed: {self._open}"

    def named(self, tag: str) -> list[Element]:
        return [element for element in self.elements if element.tag == tag]

    def of_class(self, name: str) -> list[Element]:
        return [element for element in self.elements if name in (element.attributes.get("class") or "").split()]

    @property
    def text(self) -> str:
        return self.elements[0].text

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """Tags with the names of their attributes: what no text of a user may change."""
        return [(element.tag, tuple(element.attributes)) for element in self.elements]

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), f"an attribute twice in <{tag}>"
        self.elements.append(Element(tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(self.elements[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> without its start"
        element = self._open.pop()
        assert element.tag == tag, f"</{tag}> closes <{element.tag}>"
        if tag in APART:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_pi(self, data: str) -> None:
        self.comments.append(data)
