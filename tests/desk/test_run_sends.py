"""`longarm run` from a page to a mail: found, sent at once, once; and `doctor --send-test`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.crawler.yard import Yard, feed_of
from tests.loopback.post_office import free_port, post_office

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum

HOST = "http://www.bing.example.gov.cn"
RULE = "rules:\n  - {id: own_concept.plain, severity: high, match: 甲乙行动, alerts: [甲乙行动], silent: [运动会]}\n"


def page(number: int) -> str:
    title = f"关于第{number}号事项的通知"
    text = f"第{number}号：丙县公安局开展甲乙行动，要求各所队加强巡逻，第{number}天总结。" * 12
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"


def test_what_a_run_finds_is_sent_right_after_it_and_once(tmp_path: Path, museum: Museum) -> None:
    urls = [f"{HOST}/art/{number}.html" for number in range(2)]
    museum.serve(f"{HOST}/rss.xml", feed_of(urls), content_type="text/xml; charset=utf-8")
    for number, url in enumerate(urls):
        museum.serve(url, page(number))
    yard = Yard(tmp_path / "data")
    with post_office() as office:
        person = f"[[person]]\nname = 'mara'\nsend = ['{office.address(to='mara@example.org')}']\nlanguages = ['zh']\n"
        # What comes after FAST's sections.
        yard.configure(proxy=museum.proxy, more=f"[digest]\nsend = ['{(tmp_path / 'out').as_uri()}']\n{person}")
        yard.source("bing", f"{HOST}/rss.xml")
        (yard.folder / "rules" / "own.yaml").write_text(RULE)
        done = yard.longarm("run")
        assert done.returncode == 0, done.stderr
        assert "2 messages sent" in done.stdout
        (mail,) = office.mails
        assert ": at once: " in mail["Subject"]
        assert urls[0] in mail.get_body(("plain",)).get_content()
        assert [path.suffix for path in sorted((tmp_path / "out").iterdir())] == [".html", ".txt"]
        feed = json.loads((yard.folder / "feeds" / "own_concept.json").read_text("utf-8"))
        assert sorted(item["url"] for item in feed["items"]) == urls
        again = yard.longarm("run")
        assert again.returncode == 0, again.stderr
        assert "messages sent" not in again.stdout
        assert len(office.mails) == 1


def test_doctor_tries_every_address_on_request_and_only_then(tmp_path: Path) -> None:
    yard = Yard(tmp_path / "data")
    with post_office() as office:
        nobody = f"mailto://lin:s3cret@127.0.0.1:{free_port()}?from=a@example.net&to=b@example.org"
        more = f"[digest]\nsend = ['{office.address()}']\n[[person]]\nname = 'lin'\nsend = ['{nobody}']\n"
        yard.configure(direct=True, more=more)
        plain = yard.longarm("doctor")
        assert "2 addresses; `longarm doctor --send-test` tries them" in plain.stdout
        assert office.mails == []
        done = yard.longarm("doctor", "--send-test")
        assert done.returncode == 1
        assert "taken: look whether it arrived" in done.stdout
        assert "BAD sending mailto (lin)" in done.stdout
        assert "s3cret" not in done.stdout + done.stderr
        assert [mail["Subject"] for mail in office.mails] == ["longarm: a test message"]


def test_a_mistake_in_a_filter_ends_a_run_before_it_begins(tmp_path: Path, museum: Museum) -> None:
    yard = Yard(tmp_path / "data")
    person = "[[person]]\nname = 'mara'\nsend = ['file:///x']\nrules = ['persuade_retrun']\n"
    yard.configure(proxy=museum.proxy, more=person)
    done = yard.longarm("run")
    assert done.returncode == 2
    assert "longarm.toml:" in done.stderr
    assert "did you mean persuade_return?" in done.stderr


def test_every_wrong_address_is_told_with_its_line_and_nothing_is_written(tmp_path: Path) -> None:
    one, two = f"flie://{tmp_path}/x", f"file:/{tmp_path}/y"
    more = f"[digest]\nsend = ['{one}']\n[[person]]\nname = 'mara'\nsend = ['{two}']\n"
    yard = Yard(tmp_path / "data")
    yard.configure(direct=True, more=more)
    done = yard.longarm("run")
    file = yard.folder / "longarm.toml"
    lines = file.read_text().splitlines()
    places = [number for number, line in enumerate(lines, 1) if line.startswith("send")]
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"longarm: {file}:{places[0]}: send: flie:// is unknown; did you mean file://?",
        f"longarm: {file}:{places[1]}: send: {two}: a folder of this machine has three slashes; "
        f"write file://{tmp_path}/y",
    ]
    told = yard.longarm("doctor").stdout
    assert told.count("BAD sending ") == 2
    assert not (tmp_path / "y").exists()
