import json
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from alerts.digest import build, window_of
from alerts.engines import EngineFailed
from alerts.engines.command import CommandEngine
from alerts.engines.http import HttpEngine
from alerts.render import FORMS, render
from alerts.translation import translated
from desk.translating import engine_of
from storage import translations
from storage.config import Digest as Settings
from storage.config import Translation
from storage.digests import DigestFacts
from tests.alerts.invented import NOON, facts

WINDOW = window_of(date(2026, 11, 23), Settings(), datetime(2026, 12, 1, tzinfo=UTC))
ENGLISH = {"body": "Police persuaded 3 suspects to return.", "matched": "persuaded", "title": "Post", "lang": "en"}
TOLD = DigestFacts(alerts=(facts(1), facts(2, **ENGLISH)))
DIGEST = build(TOLD, WINDOW, gloss=lambda _: [("劝返", "persuade(d) to return")])


class Cache(dict):
    def put(self, key, text):
        self[key] = text


class Engine:
    name = "invented"

    def __init__(self, say=lambda text: f"<{len(text)} words>"):
        self.say, self.asked = say, []

    def translate(self, text, source, target):
        self.asked.append((text, source, target))
        return self.say(text)


def with_engine(engine, *, cache=None, seconds=30.0, elapsed=lambda: 0.0):
    return translated(DIGEST, engine, Cache() if cache is None else cache, seconds=seconds, elapsed=elapsed)


def fails(_):
    raise EngineFailed("answered 500")


@pytest.mark.parametrize("form", FORMS)
def test_every_form_marks_what_a_machine_said_and_keeps_the_quote(form):
    text = render(with_engine(Engine(lambda _: "They may not attend <b>school</b>\u202e")), form)
    assert (
        "machine_translation" in text
        if form == "json"
        else "机器翻译 machine translation" in text.replace("\n     » ", " ")
    )
    assert "子女不得在城区就读" in text
    assert "\u202e" not in text
    assert form != "html" or "<b>school" not in text
    assert "machine" not in render(DIGEST, form)


def test_an_engine_is_given_the_masked_quote_and_the_direction():
    engine = Engine()
    with_engine(engine)
    assert [(source, target) for _, source, target in engine.asked] == [("zh", "en"), ("en", "zh")]
    assert "352502199001010123" not in engine.asked[0][0]
    assert "【" not in engine.asked[0][0]


def test_what_was_said_once_is_not_asked_again():
    cache, engine = Cache(), Engine()
    first = with_engine(engine, cache=cache)
    again = with_engine(engine, cache=cache)
    assert len(engine.asked) == 2
    assert render(first, "json") == render(again, "json")


def test_an_engine_that_fails_is_told_in_one_line_and_asked_no_further():
    engine = Engine(fails)
    digest = with_engine(engine)
    assert len(engine.asked) == 1
    assert digest.notes == (
        "machine translation by invented: 2 texts without one (answered 500); their term glosses stand",
    )
    text = render(digest, "text")
    assert "term glosses, not a translation: 劝返" in text
    assert "without one (answered 500)" in " ".join(text.split())


def test_when_its_time_is_over_the_rest_waits():
    clock = iter([0.0, 31.0])
    digest = with_engine(Engine(), elapsed=lambda: next(clock))
    assert [line.translation is not None for line in digest.lines] == [True, False]
    assert "1 text without one (no more than 30 s" in digest.notes[0]


# --- a command ---


def command(code, **limits):
    return CommandEngine(
        [sys.executable, "-c", code, "{source}-{target}"], **{"timeout": 20, "max_bytes": 1000, **limits}
    )


def test_a_command_reads_the_text_and_is_told_the_languages():
    utf8 = "sys.stdin.reconfigure(encoding='utf-8'); sys.stdout.reconfigure(encoding='utf-8')"
    engine = command(f"import sys; {utf8}; print(sys.argv[1], sys.stdin.read())")
    assert engine.translate("劝返", "zh", "en") == "zh-en 劝返"
    assert engine.name.startswith("python")


@pytest.mark.parametrize(
    ("code", "limits", "says"),
    [
        ("import time; time.sleep(60)", {"timeout": 0.5}, "no answer within 0.5 s"),
        ("import subprocess; subprocess.run(['sleep', '60'])", {"timeout": 0.5}, "no answer within 0.5 s"),
        ("raise SystemExit(3)", {}, "ended with 3"),
        ("print('x' * 100000)", {}, "more than 1,000 bytes"),
        ("import sys; sys.stdin.close(); raise SystemExit(1)", {}, "ended with 1"),
    ],
)
def test_a_command_that_hangs_fails_or_floods_is_ended_and_said_so(code, limits, says):
    begun = time.monotonic()
    with pytest.raises(EngineFailed, match=says):
        command(code, **limits).translate("劝返" * 100_000, "zh", "en")
    assert time.monotonic() - begun < 15


def test_a_command_that_is_not_there_is_said_so():
    with pytest.raises(EngineFailed, match="No such file"):
        CommandEngine(["/nowhere/translate"], timeout=1, max_bytes=10).translate("劝返", "zh", "en")


# --- a service ---


@contextmanager
def service(answer, *, status=200, wait=0.0, headers=()):
    """LibreTranslate as far as we use it."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            time.sleep(wait)
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/translate", asked
    finally:
        server.shutdown()
        server.server_close()


def http(url, **changes):
    return HttpEngine(url, **{"api_key": "", "proxy": "", "timeout": 5, "max_bytes": 1000, **changes})


def test_a_service_is_asked_in_libretranslates_words():
    with service(json.dumps({"translatedText": "persuaded to return"}).encode()) as (url, asked):
        engine = http(url, api_key="k")
        assert engine.translate("劝返", "zh", "en") == "persuaded to return"
        assert engine.name == "127.0.0.1"
    assert asked == [{"q": "劝返", "source": "zh", "target": "en", "format": "text", "api_key": "k"}]


@pytest.mark.parametrize(
    ("answer", "how", "says"),
    [
        (b"{}", {"status": 500}, "answered 500"),
        (b"{}", {"status": 302, "headers": [("Location", "http://127.0.0.1:1/")]}, "answered 302"),
        (b"<html>", {}, "not LibreTranslate's JSON"),
        (b"[]", {}, "not LibreTranslate's JSON"),
        (b'{"translatedText": 3}', {}, "holds no text"),
        (b"[" * 900, {}, "not LibreTranslate's JSON"),
        (b'{"translatedText": "' + b"x" * 2000, {}, "more than 1,000 bytes"),
    ],
)
def test_a_service_that_answers_otherwise_is_said_so(answer, how, says):
    with service(answer, **how) as (url, _), pytest.raises(EngineFailed, match=says):
        http(url).translate("劝返", "zh", "en")


def test_a_service_that_hangs_or_is_not_there_is_said_so():
    with service(b"{}", wait=2) as (url, _), pytest.raises(EngineFailed, match=r"no answer within|timed out"):
        http(url, timeout=0.3).translate("劝返", "zh", "en")
    with pytest.raises(EngineFailed):
        http("http://127.0.0.1:1/").translate("劝返", "zh", "en")


# --- settings and the cache ---


def test_without_settings_there_is_no_engine_and_a_command_goes_before_a_service():
    assert engine_of(Translation()) is None
    assert isinstance(engine_of(Translation(url="http://127.0.0.1:5000/translate")), HttpEngine)
    both = engine_of(Translation(url="http://127.0.0.1:5000/translate", command=("translate",), name="Ours"))
    assert isinstance(both, CommandEngine)
    assert both.name == "Ours"


def test_a_translation_is_kept_by_snapshot_text_language_and_engine(database):
    key = {"snapshot": "ab" * 16, "text_sha256": "cd" * 32, "target": "en", "engine": "ours"}
    with database.write() as conn:
        translations.put(conn, **key, text="first", at=NOON)
        translations.put(conn, **key, text="second", at=NOON)
        assert translations.get(conn, **key) == "first"
        for name, other in (("snapshot", "ef" * 16), ("text_sha256", "ef" * 32), ("target", "zh"), ("engine", "x")):
            assert translations.get(conn, **{**key, name: other}) is None
