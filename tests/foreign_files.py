"""Files as others give them: WARC by warcio, WACZ, HAR, MHTML and pages as browsers save them. All invented."""

from __future__ import annotations

import functools
import gc
import io
import json
import warnings
import zipfile
from typing import TYPE_CHECKING, ParamSpec

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

P = ParamSpec("P")


def quietly(make: Callable[P, bytes]) -> Callable[P, bytes]:
    """warcio leaves its temporary files to the garbage collector, which warns of each."""

    @functools.wraps(make)
    def made(*args: P.args, **more: P.kwargs) -> bytes:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            data = make(*args, **more)
            gc.collect()
        return data

    return made


DATE = "2022-03-01T10:00:00Z"
TYPE = ("Content-Type", "text/html; charset=utf-8")


def page(title: str, text: str) -> bytes:
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>".encode()


@quietly
def warc(
    looks: Sequence[tuple[str, str, bytes]],
    *,
    gzip: bool = True,
    date: str = DATE,
    headers: Sequence[tuple[str, str]] = (TYPE,),
) -> bytes:
    """A WARC file of looks: type, address, body. `asked` is a response with its request behind it."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzip)
    writer.write_record(writer.create_warcinfo_record("x.warc.gz", {"software": "another"}))
    for kind, url, body in looks:
        if kind == "resource":
            record = writer.create_warc_record(
                url, "resource", io.BytesIO(body), warc_content_type="text/html", warc_headers_dict={"WARC-Date": date}
            )
            writer.write_record(record)
            continue
        answer = StatusAndHeaders("200 OK", list(headers), protocol="HTTP/1.1")
        record = writer.create_warc_record(
            url, "response", io.BytesIO(body), http_headers=answer, warc_headers_dict={"WARC-Date": date}
        )
        if kind == "asked":
            said = StatusAndHeaders(
                "GET / HTTP/1.1", [("User-Agent", "other"), ("Cookie", "secret=1")], is_http_request=True
            )
            request = writer.create_warc_record(
                url, "request", io.BytesIO(b""), http_headers=said, warc_headers_dict={"WARC-Date": date}
            )
            writer.write_request_response_pair(request, record)
        else:
            writer.write_record(record)
    return out.getvalue()


@quietly
def with_revisits(url: str, body: bytes, dates: Sequence[str]) -> bytes:
    """A page seen once whole and then unchanged at each of these times."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    answer = StatusAndHeaders("200 OK", [TYPE], protocol="HTTP/1.1")
    record = writer.create_warc_record(
        url, "response", io.BytesIO(body), http_headers=answer, warc_headers_dict={"WARC-Date": dates[0]}
    )
    writer.write_record(record)
    digest = record.rec_headers.get_header("WARC-Payload-Digest")
    for date in dates[1:]:
        again = writer.create_revisit_record(
            url, digest, url, dates[0], http_headers=answer, warc_headers_dict={"WARC-Date": date}
        )
        writer.write_record(again)
    return out.getvalue()


def wacz(name: str, data: bytes, *, packed: bool = False, says_so: bool = True) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as package:
        if says_so:
            package.writestr("datapackage.json", "{}")
        package.writestr(name, data)
    return out.getvalue()


def har_entry(url: str, text: str | None, **more: object) -> dict[str, object]:
    content: dict[str, object] = {"mimeType": "text/html"} | ({} if text is None else {"text": text})
    response = {
        "status": 200,
        "statusText": "OK",
        "headers": [
            {"name": ":status", "value": "200"},
            {"name": "content-type", "value": "text/html; charset=gb2312"},
            {"name": "content-encoding", "value": "gzip"},
        ],
        "content": content | more,
    }
    request = {"method": "GET", "url": url, "headers": [{"name": "User-Agent", "value": "other"}]}
    return {"startedDateTime": "2022-03-01T18:00:00.250+08:00", "request": request, "response": response}


def har(*entries: object) -> bytes:
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}}).encode()


def mhtml(url: str | None, body: str, *, date: str = "Tue, 1 Mar 2022 10:00:00 -0000") -> bytes:
    location = f"Snapshot-Content-Location: {url}\n" if url else ""
    return (
        f"From: <Saved by Blink>\n{location}Subject: saved\nDate: {date}\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related;\n\ttype="text/html";\n\tboundary="--b--"\n\n'
        "----b--\nContent-Type: text/html; charset=utf-8\nContent-ID: <frame@mhtml.blink>\n"
        f"Content-Transfer-Encoding: 8bit\n\n{body}\n"
        "----b--\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n"
        "Content-Location: http://a.example/x.png\n\niVBORw0KGgo=\n\n----b----\n"
    ).encode()
