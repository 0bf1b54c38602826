"""The Atom feed is XML, whatever names hold."""

from datetime import UTC, datetime
from uuid import UUID
from xml.etree import ElementTree as ET

from catalogue_api.catalogue.feed import Entry
from catalogue_api.routers.feed import atom

ATOM = "{http://www.w3.org/2005/Atom}"
WHEN = datetime(2026, 6, 1, 12, tzinfo=UTC)


def parsed(title: str, text: str = "") -> ET.Element:
    entry = Entry(UUID(int=7), "models", title, text, "/v1/models/lab/a", WHEN)
    return ET.fromstring(atom([entry], "http://catalogue.example/v1/feed"))


def test_an_entry_says_what_where_and_when() -> None:
    entry = parsed("New model: lab/a", "Of lab.").find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == "New model: lab/a"
    assert entry.findtext(f"{ATOM}id") == "urn:uuid:00000000-0000-0000-0000-000000000007"
    assert entry.findtext(f"{ATOM}updated") == "2026-06-01T12:00:00+00:00"
    assert [each.get("href") for each in entry.findall(f"{ATOM}link")] == ["/v1/models/lab/a"]


def test_the_feed_names_its_author_and_itself() -> None:
    feed = parsed("x")
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "AI Model Catalogue"
    links = {each.get("rel"): each.get("href") for each in feed.findall(f"{ATOM}link")}
    assert links["self"] == "http://catalogue.example/v1/feed"


def test_what_people_wrote_is_text_and_no_markup() -> None:
    entry = parsed("<b>&amp;", "<script>alert(1)</script>").find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == "<b>&amp;"
    # The summary is HTML to a reader: what it shows is the text.
    assert entry.findtext(f"{ATOM}summary") == "&lt;script&gt;alert(1)&lt;/script&gt;"


def test_a_character_that_xml_cannot_hold_is_replaced() -> None:
    entry = parsed("a\ufffeb").find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == "a\ufffdb"
