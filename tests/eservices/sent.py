"""What tests of fields send, and options that several of them use."""

from eservices.given import Attachment, Given

YES_NO = [{"id": "yes", "fa": "بله، دارد", "en": "It has one"}, {"id": "no", "fa": "هنوز نه", "en": "Not yet"}]
METRES = {"fa": "متر مربع", "en": "square metres"}


def said(text: str) -> Given:
    return Given(text=text)


def document(name: str | None, mime: str | None = None, size: int | None = 1000) -> Attachment:
    return Attachment("f1", "u1", "document", name=name, mime=mime, size=size)
