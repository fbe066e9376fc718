"""Text that any database and any XML can take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.language.clean import clean


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("", ""),
        ("Ağrı – “naïve” 日本語 🕊️\ttab\nline", "Ağrı – “naïve” 日本語 🕊️\ttab\nline"),
        ("a\0b\x1fc\x7fd\x9fe", "abcde"),
        ("a\ud800b\udfffc", "abc"),
        ("a\ufffeb\uffffc", "abc"),
        ("a\r\nb\rc", "a\nb\nc"),
    ],
)
def test_only_what_cannot_be_stored_is_taken_out(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(st.characters(exclude_categories=())))
def test_clean_text_is_encodable_and_fits_into_xml(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    element = etree.Element("p")
    element.text = cleaned
    assert etree.fromstring(etree.tostring(element)).text == (cleaned or None)
