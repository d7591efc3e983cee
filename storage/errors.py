"""Every exception of the product. A message says what, where and what to do, in one line."""


class LongarmError(Exception):
    """The root: ends a command with exit code 1 unless a subclass says otherwise."""

    exit_code = 1


class ConfigError(LongarmError):
    """The user can mend it: an option, the configuration, a source or a rule file. Exit 2."""

    exit_code = 2


class Busy(LongarmError):  # noqa: N818 - the four below are the words of the house, not kinds of error
    """Another run holds the data folder. Exit 3."""

    exit_code = 3


class ArchiveError(LongarmError):
    """A capture cannot be written or read back; the run stops before anything is lost."""


class DiskFull(ArchiveError):  # noqa: N818
    """Less room than `[disk] keep_free`, or the write itself found none; raised before a half record counts."""


class Retry(LongarmError):  # noqa: N818
    """A derivation failed in a way that may pass (a killed worker): try this subject again later."""


class Quarantine(LongarmError):  # noqa: N818
    """A derivation will never work on this subject: set it aside, a person must look."""
