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

DOWNLOADER_MIDDLEWARES = {
    # Everything that comes back, at the lowest place: bytes as sent, each hop, each failure.
    "crawler.capture.CaptureMiddleware": 950,
    # What follows is off. Which hosts may be asked is said by addresses and sources, not by a spider's domains.
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    # robots.txt is asked by the scheduler, so that its answer is a capture like every other.
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    # No passwords are ever sent.
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    # The handler keeps the limits of [fetch] itself.
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": None,
    # The vantage says what is sent: crawler/ways.py.
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": None,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": None,
    # One look a run: a failed look is a fact, and tried again when the schedule says.
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    # Meta refreshes are the platform's or the verdict's to read.
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    # Decoded where it is read, with a limit: storage/bodies.py.
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    # Redirects are followed into one capture, their targets checked: crawler/redirects.py.
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    # Nothing a site sets in one look is told it in the next.
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    # Reads http_proxy from the environment: the way out must be the one that was chosen.
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    # The run's report counts.
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    # The archive is not a cache.
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
}
SPIDER_MIDDLEWARES = {
    # 404 and 403 are what we are here to see.
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    # The site need not learn how we found a page.
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    # Long addresses are asked like others; depth is a feed's own affair; nothing is copied between requests.
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
}
EXTENSIONS = {
    # A door into the running process, which nobody watches.
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
    # The run's report counts, and the desk shows progress.
    "scrapy.extensions.corestats.CoreStats": None,
    "scrapy.extensions.logcount.LogCount": None,
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.memusage.MemoryUsage": None,
    "scrapy.extensions.memdebug.MemoryDebugger": None,
    # Not used: limits by count, files of items, state on disk, pace by latency.
    "scrapy.extensions.closespider.CloseSpider": None,
    "scrapy.extensions.feedexport.FeedExporter": None,
    "scrapy.extensions.spiderstate.SpiderState": None,
    "scrapy.extensions.throttle.AutoThrottle": None,
}
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
