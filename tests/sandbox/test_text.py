"""Markup and entities, as Telegram reads and counts them.

Pure functions; nothing is sent but where entities come from the bot.
"""

import pytest

from sandbox.entities import clean, find_entities, slice_units, trim, units
from sandbox.errors import ApiError
from sandbox.markup import parse_html
from sandbox.world import World


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>a</b>", "a", [("bold", 0, 1)]),
        ("😀<i>ب</i>", "😀ب", [("italic", 2, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("<strong>a</strong><em>b</em><ins>c</ins><strike>d</strike>", "abcd",
         [("bold", 0, 1), ("italic", 1, 1), ("underline", 2, 1), ("strikethrough", 3, 1)]),
        ("<u>a</u><s>b</s><del>c</del><code>d</code>", "abcd",
         [("underline", 0, 1), ("strikethrough", 1, 1), ("strikethrough", 2, 1), ("code", 3, 1)]),
        ("<tg-spoiler>a</tg-spoiler><span class='tg-spoiler'>b</span>", "ab", [("spoiler", 0, 1), ("spoiler", 1, 1)]),
        ("<blockquote>a</blockquote><blockquote expandable>b</blockquote>", "ab",
         [("blockquote", 0, 1), ("expandable_blockquote", 1, 1)]),
        ("a &lt;b&gt; &amp;&quot;&#33;&#x2b; &copy; & x", 'a <b> &"!+ &copy; & x', []),
        ("<B>a</B >", "a", [("bold", 0, 1)]),
        ("<b></b>a", "a", []),
    ],
)  # fmt: skip
def test_html(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    parsed, found = parse_html(source)
    assert parsed == text
    assert [(one["type"], one["offset"], one["length"]) for one in found] == entities


def test_html_with_more_to_say() -> None:
    assert parse_html('<a href="https://a.ir/?x=1&amp;y=2">سلام</a>')[1] == [
        {"offset": 0, "length": 4, "type": "text_link", "url": "https://a.ir/?x=1&y=2"}
    ]
    assert parse_html("<a>a.ir</a>")[1][0]["url"] == "http://a.ir"
    assert parse_html("<a href='x'>y</a>") == ("y", [])
    assert parse_html('<pre><code class="language-python">x</code></pre>')[1] == [
        {"offset": 0, "length": 1, "type": "pre", "language": "python"}
    ]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("س<b>a</i>", 'Unmatched end tag at byte offset 6, expected "</b>", found "</i>"'),
        ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<script>", 'Unsupported start tag "script" at byte offset 0'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<br/>", 'Unsupported start tag "br" at byte offset 0'),
        ("<{x}>", 'Unsupported start tag "{x}" at byte offset 0'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ],
)
def test_html_refused(source: str, problem: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {problem}"


def test_what_clients_find() -> None:
    text = "😀 /start@my_bot see https://a.ir/x). mail a@b.ir, @mina_r #خبر 2/3 /ok"
    found = find_entities(text)
    assert [(one["type"], slice_units(text, one["offset"], one["length"])) for one in found] == [
        ("bot_command", "/start@my_bot"),
        ("url", "https://a.ir/x"),
        ("email", "a@b.ir"),
        ("mention", "@mina_r"),
        ("hashtag", "#خبر"),
        ("bot_command", "/ok"),
    ]
    code = [{"type": "code", "offset": 0, "length": 6}]
    assert find_entities("/start", code) == code


def test_cleaning_and_trimming() -> None:
    assert clean("a\tb\r\nc\x07\u202eabc\u200f\u2067") == "a b\nc abc\u200f\u2067"
    assert units("a😀ب") == 4
    text, moved = trim("  سلام ", [{"type": "bold", "offset": 0, "length": 7}])
    assert (text, moved) == ("سلام", [{"type": "bold", "offset": 0, "length": 4}])


def test_entities_given_by_the_bot(world: World) -> None:
    world.phone(501, "Mina").start()
    bold = [{"type": "bold", "offset": 0, "length": 50}]
    sent = world.call("sendMessage", chat_id=501, text="سلام", entities=bold)
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 4}]
    for wrong in ([{"type": "bold", "offset": 9, "length": 1}], [{"type": "bold"}], "x", [5]):
        with pytest.raises(ApiError):
            world.call("sendMessage", chat_id=501, text="سلام", entities=wrong)
