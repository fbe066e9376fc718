"""Languages: the text decides where it can, what the page states where it cannot, and the confidence says which."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.articles.tongue import Tongue, read_language

TEXTS = {
    "en": "Rebels shelled the town’s market on Monday, killing nine people and wounding twelve, officials said.",
    "de": "Rebellen beschossen am Montag den Markt der Stadt und töteten neun Menschen, sagten die Behörden.",
    "fr": "Des rebelles ont bombardé lundi le marché de la ville, tuant neuf personnes, selon les autorités.",
    "ar": "قصف المتمردون سوق المدينة يوم الاثنين، ما أسفر عن مقتل تسعة أشخاص وإصابة اثني عشر، بحسب المسؤولين.",
    "ja": "反政府勢力は月曜日に町の市場を砲撃し、九人が死亡し、十二人が負傷したと当局が発表した。",
    "ko": "반군이 월요일 마을 시장을 포격해 아홉 명이 숨지고 열두 명이 다쳤다고 당국이 밝혔다.",
    "zh": "星期一，叛军炮击了该镇的市场，造成九人死亡，十二人受伤，官员说。周一早上，医院里挤满了人。",
    "ru": "Повстанцы обстреляли рынок города в понедельник, погибли девять человек, сообщили власти.",
    "uk": "Повстанці обстріляли ринок міста в понеділок, загинули дев’ять людей, повідомила влада.",
    "fa": "شورشیان روز دوشنبه بازار شهر را گلوله‌باران کردند و نه نفر کشته و دوازده نفر زخمی شدند.",
    "tr": "İsyancılar pazartesi günü şehrin pazarını bombaladı, dokuz kişi öldü, yetkililer söyledi.",
    "hi": "विद्रोहियों ने सोमवार को शहर के बाज़ार पर गोलाबारी की, जिसमें नौ लोग मारे गए, अधिकारियों ने कहा।",
    "sw": "Waasi walishambulia soko la mji siku ya Jumatatu na kuwaua watu tisa, maafisa walisema.",
    "so": "Fallaagada ayaa madaafiic ku garaacay suuqa magaalada Isniintii, iyagoo dilay sagaal qof, sida ay mas'uuliyiintu sheegeen.",
}


@pytest.mark.parametrize("code", TEXTS)
@pytest.mark.parametrize("stated", [None, "", "en-US", "fr", "xx"])
def test_a_sentence_tells_its_language_whatever_the_page_states(code: str, stated: str | None) -> None:
    tongue = read_language(TEXTS[code], stated)
    assert tongue.code == code
    assert tongue.confidence > 0.5


def test_the_longer_a_text_the_surer_its_language() -> None:
    short, long = read_language("Nine dead, say police.", None), read_language(TEXTS["en"] * 20, None)
    assert (short.code, long.code) == ("en", "en")
    assert short.confidence < 0.9 < 0.99 < long.confidence


@pytest.mark.parametrize(
    ("text", "stated", "code"),
    [
        ("Krvavi napad u gradu, poginulo devet ljudi, kazala policija.", "hr", "hr"),
        ("Krvavi napad u gradu, poginulo devet ljudi, kazala policija.", "sr-Latn", "sr"),
        ("Tentera menembak pasar bandar, sembilan orang terbunuh.", "ms", "ms"),
        ("Opprørere beskjøt markedet i byen mandag, og ni mennesker ble drept.", "nb-NO", "no"),
        ("ወታደሮች ገበያውን ደበደቡ ዘጠኝ ሰዎች ሞቱ", "ti", "ti"),
        ("ወታደሮች ገበያውን ደበደቡ ዘጠኝ ሰዎች ሞቱ", "am", "am"),
        ("Police: nine dead", "en_GB", "en"),
    ],
)
def test_what_the_page_states_decides_between_neighbours_and_for_short_texts(text: str, stated: str, code: str) -> None:
    assert read_language(text, stated).code == code


@pytest.mark.parametrize("text", ["", "  ", "123 456", "…", "http://x"])
def test_what_holds_no_language_has_the_stated_one_without_much_confidence(text: str) -> None:
    assert read_language(text, " KA ") == Tongue(code="ka", confidence=0.5)
    for stated in (None, "", "zxx", "english", "x" * 3_000, "<b>", "é", "1"):
        assert read_language("", stated) == Tongue(code="und", confidence=0.0)


def test_dialects_are_counted_to_their_language() -> None:
    assert read_language(TEXTS["zh"] * 3, None) == Tongue(code="zh", confidence=1.0)
    assert read_language(TEXTS["ar"] * 3, "ary").code == "ar"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.none() | st.text(max_size=8))
def test_any_text_has_a_code_and_a_probability(text: str, stated: str | None) -> None:
    tongue = read_language(text, stated)
    assert 2 <= len(tongue.code) <= 3 and 0 <= tongue.confidence <= 1
