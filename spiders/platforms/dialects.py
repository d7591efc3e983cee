"""The shapes of article URLs on Chinese sites, as data (platforms.md, section 2), and of column URLs."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# Name, pattern found in path and query. They are evidence for an entry, never a condition: any link may be one.
DIALECTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("tdate", r"/t\d{8}_\d+\.s?html?$"),
        ("tdate_flat", r"/t\d{6,}\.s?html?$"),
        ("art", r"/art/\d{4}/\d{1,2}/\d{1,2}/art_[\w-]+\.html$"),
        ("art_hex", r"/art/\d{4}/art_[0-9a-f]{32}\.html$"),
        ("content_ymd", r"/\d{4}-?\d{2}/\d{2}/content_\w+\.s?html?$"),
        ("content_ym", r"/\d{6}/content_\w+\.s?html?$"),
        ("c_ymd", r"/\d{4}-\d{2}/\d{2}/c_\d+\.htm$"),
        ("hex_c", r"/\d{8}/[0-9a-f]{32}/c\.html$"),
        ("tsid", r"/\d{12,}/index\.shtml$"),
        ("arti", r"/\d{4}/\d{2}/\d{2}/[A-Z]{4}\w+\.shtml$"),
        ("numid", r"/\d{5,9}/index\.html$"),
        ("hexmon", r"/\d{6}/[0-9a-f]{32}\.s?html?$"),
        ("ccontent", r"/n\d+/(?:n\d+/)*c\d+/content\.html$"),
        ("spc", r"(?:/|-)xiangqing[/-]\d+\.html$"),
        ("dash_dir", r"/\d{4}-\d{1,2}-\d{1,2}/\w+\.s?html?$"),
        ("ymd8", r"/\d{8}/\w{4,40}\.s?html?$"),
        ("slash_hex", r"/\d{4}/\d{1,2}/\d{1,2}/[0-9a-f]{32}\.s?html?$"),
        ("slash_ymd", r"/\d{4}/\d{1,2}/\d{1,2}/\d+\.s?html?$"),
        ("slash_ymd4", r"/\d{4}/(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])/\w{2,40}\.s?html?$"),
        ("chinanews", r"/\d{4}/\d{2}-\d{2}/\d+\.s?html?$"),
        ("people", r"/n\d/\d{4}/\d{4}/c\d+-\d+\.html$"),
        ("uuid", r"/\d{6}/\d{2}/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\.html$"),
        ("newgx", r"/\d{8}/newgx[0-9a-f]{4,40}-\d+\.s?html?$"),
        ("ym_num", r"/\d{6}/(?:\d{2}/)?\d{3,}\.s?html?$"),
        ("ws_hex", r"/\d{6}/\d{2}/WS[0-9a-f]{16,40}\.html$"),
        ("t_id", r"/t_\d{4,}\.html$"),
        ("aspx_pages", r"/Pages_\d+_\d+\.aspx$"),
        ("jhtml", r"/\d{3,}\.jhtml$"),
        ("thepaper", r"/(?:newsDetail_forward_|detail/)\d{5,}$"),
        ("alnum11", r"/article/(?=\w*\d)[0-9A-Za-z]{11}$"),
        ("thread", r"/(?:thread|article)-\d+-\d+(?:-\d+)?\.html$"),
        ("permalink", r"/\d{4}/(?:0[1-9]|1[0-2])/(?:\d{1,2}/)?[\w%-]{3,300}/?$"),
        ("archives", r"/archives/\d+(?:\.html|/)?$"),
        ("gkml_post", r"/m?post_\d+\.html$"),
        ("article_stamp", r"/article_\d{8,}\.s?html?$"),
        ("mp", r"^/s(?:/[\w-]{10,}|\?.*(?:sn|mid)=)"),
        ("detail_id", r"(?:detail|article|content|news|show|info|view)[\w/-]*?[_/=-]?\d{3,}(?:\.\w+)?$"),
        (
            "query_id",
            r"(?i)[?&](?!(?:class|column|col|cat|category|channel|type|menu)_?id=)(?:\w{0,20}id|p|no)=[\w-]{1,40}(?:&|$)",
        ),
        ("long_number", r"/[\w-]{0,80}?\d{5}[\w-]*+(?:\.\w{2,5})?$"),
        ("number", r"/\d{3,4}\.(?:s?html?|jsp|aspx?|php)$"),
        ("document", r"\.(?:pdf|docx?|xlsx?|ofd|wps)$"),
    )
)

_COLUMN = re.compile(
    r"(?:/|/(?:index|list|default|node|column-index|iframe)(?:[-_]?\d{1,3})?\.(?:s?html?|jsp|aspx|php)|"
    r"/col/col\d+/index\.html)$",
    re.IGNORECASE,
)


def dialect_of(url: str) -> str | None:
    """The name of the first article-URL dialect that `url` has, or None."""
    parts = urlsplit(url)
    shape = parts.path + (f"?{parts.query}" if parts.query else "")
    return next((name for name, pattern in DIALECTS if pattern.search(shape)), None)


def is_column(url: str) -> bool:
    """Whether `url` is shaped like a list's own address (a directory, an index page), not an article's."""
    parts = urlsplit(url)
    return not parts.query and bool(_COLUMN.search(parts.path or "/")) and dialect_of(url) is None


def directory_of(url: str) -> str:
    """Scheme-less host and directory of `url`, ending in a slash."""
    parts = urlsplit(url)
    return (parts.hostname or "") + parts.path.rpartition("/")[0] + "/"
