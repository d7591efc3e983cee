"""Scrapy's settings for the project, one reason per deviation. Pace, sizes and ways out are longarm.toml's."""

from __future__ import annotations

BOT_NAME = "longarm"
SPIDER_MODULES = ["spiders.watch"]  # the module, not the package: listing spiders must not import every platform

# The archive awaits its commits in asyncio.
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
# Without a proxy, a public name that leads to an inner address is not asked.
TWISTED_DNS_RESOLVER = "crawler.resolver.PublicResolver"
DNS_TIMEOUT = 20

# Hosts take turns, each at its own pace: see crawler/scheduler.py, which also limits what is out at a time.
SCHEDULER = "crawler.scheduler.HostScheduler"
# Beyond what is out, so many answers may wait for their commit (the scheduler adds its own, smaller limit).
CONCURRENT_REQUESTS = 640
CONCURRENT_REQUESTS_PER_DOMAIN = 512
DOWNLOAD_DELAY = 0
DOWNLOAD_DELAY_JITTER = 0
# Scrapy makes tasks and queues of this number for each response, whatever it yields; ours yield next to nothing.
CONCURRENT_ITEMS = 1

# Keeps what came of a body that is cut, and tells of TLS: see crawler/wire.py. No other scheme is ever asked.
DOWNLOAD_HANDLERS = {
    "http": "crawler.wire.WireDownload",
    "https": "crawler.wire.WireDownload",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
# Sites with TLS of 2010 are read too; what they showed is recorded.
DOWNLOAD_TLS_MIN_VERSION = "TLSv1.0"
DOWNLOADER_CLIENT_TLS_CIPHERS = "DEFAULT@SECLEVEL=0"

# Everything that comes back, at the lowest place: bytes as sent, each hop, each failure.
DOWNLOADER_MIDDLEWARES = {"crawler.capture.CaptureMiddleware": 950}
# Of Scrapy's own components none runs. The bases are emptied because one that is only switched off is imported all the
# same, and its libraries with it: a fifth of a second at each start.
#   offsite, httpauth: addresses and sources say which hosts may be asked; no passwords are ever sent.
#   robotstxt: robots.txt is asked by the scheduler, so that its answer is a capture like every other.
#   downloadtimeout: the handler keeps the limits of [fetch]. defaultheaders, useragent, httpproxy: the vantage says
#     what is sent and through which proxy (crawler/ways.py), never the environment.
#   retry: one look a run; a failed look is a fact, and tried again when the schedule says.
#   redirect, metarefresh: followed into one capture, their targets checked (crawler/redirects.py), or the platform's.
#   httpcompression: decoded where it is read, with a limit (storage/bodies.py).
#   cookies: nothing a site sets in one look is told it in the next. httpcache: the archive is not a cache.
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}
#   httperror: 404 and 403 are what we are here to see. referer: the site need not learn how we found a page.
#   urllength, depth, metacopy, start: long addresses are asked like others, depth is a feed's own affair.
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}
#   telnet, remote_control: doors into the running process, which nobody watches. corestats, logcount, logstats: the
#     run's report counts, and the desk shows progress. The rest: limits, files and pace that are [fetch]'s.
EXTENSIONS_BASE: dict[str, int] = {}
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
STATS_CLASS = "scrapy.statscollectors.DummyStatsCollector"
STATS_DUMP = False
# A line for each request would be most of the log.
LOG_FORMATTER = "crawler.quiet.QuietFormatter"
LOG_LEVEL = "WARNING"
LOG_VERSIONS: list[str] = []
# Reads the source of each callback again and again.
WARN_ON_GENERATOR_RETURN_VALUE = False
