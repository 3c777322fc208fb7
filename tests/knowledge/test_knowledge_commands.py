"""The commands as an operator runs them: ask, a batch, the benchmark, and broken files."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from knowledge import __main__ as commands
from knowledge import benchmark, shelf
from knowledge.__main__ import main
from knowledge.answering import Local, local
from knowledge.kept import Folder
from knowledge.matching import Index
from tests.knowledge.small import Hashed

ROOT = Path(__file__).parents[2]
KEYS = {"id", "decision", "topics", "service", "language", "ms", "more", "outside"}


def run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "knowledge", *arguments]
    return subprocess.run(command, cwd=ROOT, input=given, capture_output=True, check=False)


def test_a_batch_goes_on_after_broken_lines() -> None:
    lines = [
        json.dumps({"id": "q1", "text": "زمین شهرک متری چنده؟"}).encode(),
        b"{broken",
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"id": 5}',
        b'{"id": 6, "text": 7}',
        b"[1, 2]",
        b'{"id": 7, "text": "\\ud800"}',
        json.dumps({"id": 8, "text": "what is a business clinic?", "more": 1}).encode(),
    ]
    done = run("ask", "--words-only", "--batch", given=b"\n".join(lines) + b"\n")
    assert (done.returncode, done.stderr) == (0, b"")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["q1", None, None, None, None, None, None, 7, 8]
    for row in rows:
        if row["id"] is None:
            assert set(row) == {"id", "error"}
        else:
            assert set(row) == KEYS
            assert all(set(topic) == {"id", "score"} for topic in row["topics"])
    assert rows[0]["topics"][0]["id"] == "land.price"
    assert (rows[0]["decision"], rows[0]["service"], rows[0]["language"]) == ("answer", "land", "fa")
    assert (rows[-2]["decision"], rows[-2]["topics"]) == ("none", [])
    assert (rows[-1]["topics"][0]["id"], rows[-1]["language"]) == ("clinic.what", "en")


def test_a_batch_answers_each_line_at_once() -> None:
    command = [sys.executable, "-m", "knowledge", "ask", "--batch", "--words-only"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(2):
            process.stdin.write(json.dumps({"id": number, "text": "وام"}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait() == 0


def test_a_reader_that_has_enough_is_no_fault() -> None:
    lines = b"".join(json.dumps({"id": number, "text": "وام"}).encode() + b"\n" for number in range(3000))
    command = [sys.executable, "-m", "knowledge", "ask", "--batch", "--words-only"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(lines[:1000])
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        with suppress(BrokenPipeError):
            process.stdin.write(lines[1000:])
            process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_what_was_built_is_kept_for_the_next_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(tmp_path)
    first = local(folder=folder, meaning=False)
    kept = sorted(file.name for file in tmp_path.iterdir())
    assert len(kept) == 1
    monkeypatch.setattr(shelf, "built", lambda *_: pytest.fail("built again"))
    again = local(folder=folder, meaning=False)
    assert again.ask("زمین شهرک متری چنده؟").topics == first.ask("زمین شهرک متری چنده؟").topics
    assert sorted(file.name for file in tmp_path.iterdir()) == kept


def test_one_question_as_json_and_for_people(
    index: Index, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "local", lambda *_, **__: Local(index, None))  # built once for all these
    assert main(["ask", "--words-only", "--json", "سلام"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == KEYS - {"id"}
    assert main(["ask", "--words-only", "زمین شهرک متری چنده"]) == 0
    assert "land.price" in capsys.readouterr().out
    assert main(["ask", "--words-only", "زمین شهرک متری چنده؟ برای درخواست زمین چه مدارکی لازمه؟"]) == 0
    assert "\n  and land." in capsys.readouterr().out
    assert main(["ask", "--words-only", "فردا هوا چطوره؟"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("none  ")
    assert "none of our business: far" in said


def test_what_is_shipped_is_asked_by_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--explain", "یه تیکه خاک لازم دارم واسه کارگاهم"]) == 0
    said = capsys.readouterr().out
    assert "found by   words and meaning" in said
    assert "service=land" in said


def test_text_and_batch_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["ask"], ["ask", "--batch", "سلام"], ["ask", "--batch", "--explain"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
    assert "either TEXT (with --explain, if you like) or --batch" in capsys.readouterr().err


def test_broken_content_ends_with_two_and_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "land.yaml").write_text("- id: land.price\n  kind: full\n", encoding="utf-8")
    assert main(["ask", "--content", str(tmp_path), "سلام"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "land.yaml, line 1, topic land.price: service" in said.err


def test_a_folder_without_entries_ends_with_two_and_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for content in (None, "[]"):
        if content is not None:
            (tmp_path / "land.yaml").write_text(content, encoding="utf-8")
        assert main(["ask", "--content", str(tmp_path), "سلام"]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith(f"{tmp_path}: ")
        assert said.err.count("\n") == 1


def sets(folder: Path, train: list[tuple[str, str]], test: list[tuple[str, str]]) -> list[str]:
    for name, rows in (("train", train), ("test", test)):
        lines = [json.dumps({"text": text, "intent": intent, "lang": "en"}) for text, intent in rows]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return ["benchmark", "--train", str(folder / "train"), "--test", str(folder / "test")]


def test_the_benchmark_counts_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = [("play loud music", "music"), ("some music please", "music"), ("set an alarm clock", "alarm")]
    train += [("wake me up at six", "alarm"), ("book a flight ticket", "travel"), ("fly to rome", "travel")]
    test = [("play music", "music"), ("alarm clock please", "alarm"), ("book a flight", "music"), ("zzz", "oos")]
    command = [*sets(tmp_path, train, test), "--words-only"]
    assert main([*command, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["inside"], report["outside"], report["by"]) == (3, 1, "words")
    assert report["top1"] == pytest.approx(2 / 3, abs=1e-3)
    assert report["auroc"] == 1
    assert report["top3"] == 1
    assert report["ms_mean"] > 0
    assert main(command) == 0
    assert "top1" in capsys.readouterr().out


def test_the_benchmark_takes_meaning_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = Hashed()
    monkeypatch.setattr(benchmark, "builtin", lambda: encoder)
    train = [(f"{verb} {thing}", thing) for thing in ("music", "weather", "flight") for verb in ("get", "want", "a")]
    folder = sets(tmp_path, train, [("music now", "music"), ("qqq", "oos")])
    report = benchmark.run(Path(folder[2]), Path(folder[4]))
    assert (report["by"], report["top1"]) == ("words and meaning", 1)
    assert report["of_which_teaching"] <= report["build_seconds"]
    assert not report["taught"]
    learned_from = {text for text, _ in train} | {name for _, name in train}  # a name of an intent is a phrase too
    assert {text for texts in encoder.asked[:1] for text in texts} == learned_from


def test_a_broken_set_is_told_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = sets(tmp_path, [("a", "b"), ("c d", "c")], [("a", "b")])
    (tmp_path / "test").write_text('{"text": "a", "intent": "b"}\n{"text": 5}\n', encoding="utf-8")
    assert main(command) == 2
    assert "test, line 2" in capsys.readouterr().err
    assert main([*command[:3], "--test", str(tmp_path / "nowhere")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_phrases_of_nothing_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(sets(tmp_path, [("a", "oos")], [("a", "b")])) == 2
    assert "holds no phrase of any intent" in capsys.readouterr().err
