"""The mailbox of a sandbox in three languages; mails stand in it as they were sent. [ACC-8 PRT-7]"""

from dataclasses import replace

from workswith.kernel.mail import Mail
from workswith.sandbox import mailbox

MAIL = Mail(
    id=1,
    to="ada@example.com",
    subject="Confirm <now>",
    text="Hello {name} & all",
    html="",
    link="https://portal.example/verify?token=a&b=c",
    posted_at=1_767_225_600_000,
)


def test_it_speaks_the_language_of_its_reader() -> None:
    for language, title, action in (
        ("en", "Mailbox · Casa sandbox", "Open the link"),
        ("fr", "Boîte de réception · Bac à sable de Casa", "Ouvrir le lien"),
        ("it", "Casella di posta · Sandbox di Casa", "Apri il link"),
    ):
        page = mailbox.page([MAIL], "Casa", language)
        assert f'<html lang="{language}">' in page
        assert f"<title>{title}</title>" in page
        assert action in page
    assert "Ancora nessuna e-mail" in mailbox.page([], "Casa", "it")


def test_what_a_mail_says_is_text() -> None:
    page = mailbox.page([MAIL, replace(MAIL, link="javascript:alert(1)")], "<Casa>", "en")
    assert "Confirm &lt;now&gt;" in page
    assert "Hello {name} &amp; all" in page
    assert 'href="https://portal.example/verify?token=a&amp;b=c"' in page
    assert "javascript:" not in page
    assert "<Casa>" not in page
