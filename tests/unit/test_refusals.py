"""Refusals: what is served in an article's place is told by its name, and an article about it is one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.articles.page import parse_page
from pipeline.articles.refusals import (
    ChallengePage,
    ConsentPage,
    ErrorPage,
    FrontPage,
    LoginPage,
    Signs,
    read_signs,
    refuse_non_article,
)
from pipeline.errors import RecordError

URL = "http://post.example/news/1"
NEWS = "Rebels shelled the market of the lakeside town at dawn on Monday, killing nine people, the governor said."
LONG = "\n\n".join(f"{NEWS} {number} more were wounded." for number in range(12))
CONSENT = """We value your privacy

We and our 812 partners store and/or access information on a device, such as cookies, and process personal data.

You can change your choices at any time by clicking the link at the foot of the page. By clicking accept, you agree."""


def signs(title: str = "", body: str = "", head: str = "") -> Signs:
    page = f"<html><head><title>{title}</title>{head}</head><body><p>x</p>{body}</body></html>"
    return read_signs(parse_page(page.encode(), "", URL))


def refused(found: Signs, text: str = "", **known: object) -> type[RecordError] | None:
    try:
        refuse_non_article(found, text, url=URL, **known)  # type: ignore[arg-type]
    except RecordError as refusal:
        assert str(refusal).startswith(f"{URL}: ")
        return type(refusal)
    return None


LOGIN_FORM = "<form action=/x><input name=u><input type=password name=p></form>"


@pytest.mark.parametrize(
    ("found", "text", "kind"),
    [
        (signs("Cookies"), CONSENT, ConsentPage),
        (signs("The Post"), "Wir und unsere Partner verarbeiten Daten.\n\nWir verwenden Cookies. Ihre Einwilligung können Sie widerrufen.", ConsentPage),
        (signs("The Post"), "Nous et nos 90 partenaires utilisons des traceurs.\n\nVous pouvez retirer votre consentement.\n\nContinuer sans accepter", ConsentPage),
        (signs("Before you continue to Google"), "Sign in. Language: English.", ConsentPage),
        (signs("Privacy settings | The Post"), "", ConsentPage),
        (signs("404 Not Found"), "", ErrorPage),
        (signs("Page not found | The Post"), "The page you are looking for has been moved.", ErrorPage),
        (signs("The Post", "<h1>Oops! Page not found</h1>"), "Go back to the home page, or search for a story: " + "Politics. " * 50, ErrorPage),
        (signs("Access Denied"), "You don't have permission to access this on this server. Reference #18.2", ErrorPage),
        (signs("503 Service Temporarily Unavailable"), "nginx", ErrorPage),
        (signs("Página no encontrada - El Correo"), "Vuelva a la portada.", ErrorPage),
        (signs("Страница не найдена"), "", ErrorPage),
        (signs("お探しのページは見つかりませんでした"), "", ErrorPage),
        (signs("Just a moment..."), "Enable JavaScript and cookies to continue", ChallengePage),
        (signs("Attention Required! | Cloudflare"), "Sorry, you have been blocked.", ChallengePage),
        (signs("post.example", "<script>window._cf_chl_opt={}</script>"), "", ChallengePage),
        (signs("post.example", "<script src='https://ct.captcha-delivery.com/c.js'></script>"), "Please enable JS", ChallengePage),
        (signs("Pardon Our Interruption"), "Something about your browser made us think that you are a bot.", ChallengePage),
        (signs("Log in - The Post", LOGIN_FORM), "Enter your e-mail and your password.", LoginPage),
        (signs("Anmelden | Die Post", LOGIN_FORM), "", LoginPage),
    ],
)  # fmt: skip
def test_a_page_in_an_articles_place_is_told_by_its_kind(found: Signs, text: str, kind: type[RecordError]) -> None:
    assert refused(found, text) == kind


def test_addresses_tell_of_logins_walls_and_front_pages() -> None:
    assert (
        refused(signs("The Post", LOGIN_FORM), "Welcome back.", final_url="https://id.example/login?next=1")
        == LoginPage
    )
    assert refused(signs("The Post"), "Your data.", final_url="https://consent.post.example/?u=1") == ConsentPage
    assert refused(signs("The Post"), NEWS, final_url="http://post.example/") == FrontPage
    assert refused(signs("The Post"), NEWS, final_url="http://post.example/news/1?x=1") is None
    assert refused(signs("The Post"), NEWS, final_url="http://[") is None
    assert refused(signs("The Post"), LONG, final_url="http://post.example", types=("NewsArticle",)) == FrontPage
    assert refused(signs("The Post"), NEWS, final_url="http://post.example/?p=123") is None


ABOUT_COOKIES = f"""{NEWS.replace("Rebels shelled the market of the lakeside town", "Regulators fined the social network")}

The company asked its users to accept all cookies, and hid the button to reject them, the regulator said on Tuesday.

"We use cookies" banners, it said, must be as easy to refuse as to accept, and legitimate interest is no ground for tracking.

The network said that it would change its privacy settings page within six months, and denied that it had broken any law."""


@pytest.mark.parametrize(
    ("found", "text", "types"),
    [
        (signs("Regulator fines network over cookie banners"), ABOUT_COOKIES, ()),
        (signs("Cookies: the sweet history | The Post"), LONG, ()),
        (signs("404: the road that was never found – The Post"), LONG, ()),
        (signs("Access denied – how visa rules shut out scholars"), LONG, ()),
        (signs("Access denied – how visa rules shut out scholars"), NEWS * 4, ()),
        (signs("Not found: nine bodies of the shelling | The Post"), NEWS, ("NewsArticle",)),
        (signs("Page not found, and other poems"), NEWS, ()),
        (signs("Just a moment of peace in Goma"), NEWS, ()),
        (signs("Log in, drop out: the app that ate a town", LOGIN_FORM), NEWS, ()),
        (signs("Nine dead in Goma", LOGIN_FORM), NEWS, ()),
        (signs("Nine dead in Goma", "<script src=/cdn-cgi/challenge-platform/scripts/jsd/main.js></script>"), NEWS, ()),
        (signs("Nine dead in Goma", "<script>window._cf_chl_opt</script>"), LONG, ()),
        (signs("Nine dead in Goma", "<form><script src=https://js.hcaptcha.com/1/api.js></script></form>"), NEWS, ()),
        (signs("Nine dead in Goma", "<div id=onetrust-consent-sdk>We use cookies</div>"), NEWS, ()),
        (signs("Error", head="<meta property=og:type content=article>"), LONG, ()),
        (signs("Errors of the army killed nine"), NEWS, ()),
        (signs(""), "", ()),
    ],
)  # fmt: skip
def test_an_article_about_such_pages_is_one(found: Signs, text: str, types: tuple[str, ...]) -> None:
    assert refused(found, text, types=types) is None


def test_a_page_that_states_an_article_and_shows_a_wall_is_a_wall() -> None:
    assert refused(signs("Nine dead"), f"{CONSENT} We use cookies.", types=("NewsArticle",)) == ConsentPage
    assert refused(signs("Nine dead"), f"{LONG}\n\n{CONSENT}", types=("NewsArticle",)) is None


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30), st.text(max_size=80), st.text(max_size=30))
def test_any_page_passes_or_is_refused_with_its_address(title: str, text: str, final_url: str) -> None:
    found = Signs(titles=(title,), has_login_form=True, challenger=None)
    assert refused(found, text, final_url=final_url) in {
        None,
        ConsentPage,
        ChallengePage,
        ErrorPage,
        LoginPage,
        FrontPage,
    }
