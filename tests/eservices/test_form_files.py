"""Files in forms: which are taken, which are refused, what they are called."""

from typing import Any

import pytest

from eservices.files import add_file, read_file, safe_name
from eservices.given import Refused
from tests.eservices.happy import photo
from tests.eservices.sent import document


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("plan.pdf", "application/pdf"),
        ("نقشه کارگاه.PDF", None),
        ("letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("list.xlsx", "application/octet-stream"),
        ("list.xls", "application/vnd.ms-excel"),
        ("scan.JPeG", "image/jpeg"),
        ("note.txt", "text/plain; charset=utf-8"),
        (None, "application/pdf"),
    ],
)
def test_papers_and_pictures_are_taken(name: str | None, mime: str | None) -> None:
    kept = read_file(document(name, mime))
    assert kept["name"]
    assert kept["kind"] == "document"


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("setup.exe", "application/octet-stream"),
        ("invoice.pdf.exe", "application/pdf"),
        ("invoice\u202efdp.exe", None),
        ("macro.docm", None),
        ("macro.xlsm", "application/vnd.ms-excel.sheet.macroenabled.12"),
        ("list.xls", "application/vnd.ms-excel.sheet.macroEnabled.12"),
        ("page.html", "text/html"),
        ("page.pdf", "text/html"),
        ("logo.svg", "image/svg+xml"),
        ("logo.png", "image/svg+xml"),
        ("all.zip", "application/zip"),
        ("all.pdf", "application/zip"),
        ("all.pdf", "application/x-msdownload"),
        ("run.sh", "text/plain"),
        ("pdf", None),
        ("", None),
        (None, None),
        (None, "application/java-archive"),
        ("photo.jpg/evil.js", "image/jpeg"),
    ],
)
def test_other_files_are_refused(name: str | None, mime: str | None) -> None:
    with pytest.raises(Refused, match=r"field\.files\.kind"):
        read_file(document(name, mime))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/plan.pdf", "plan.pdf"),
        ("C:\\temp\\plan.pdf", "plan.pdf"),
        ("a\u202efdp.pdf", "afdp.pdf"),
        ('a<b>"c".pdf', "a_b__c_.pdf"),
        ("..", ""),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_file_names_become_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_photos_get_names_of_their_own_and_come_once() -> None:
    files: list[dict[str, Any]] = []
    for unique_id in ("a", "b", "a", "c"):
        files = add_file(files, read_file(photo(unique_id)))
    assert [file["name"] for file in files] == ["photo.jpg", "photo-2.jpg", "photo-3.jpg"]
