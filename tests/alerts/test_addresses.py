"""What a person may mistype in an address of `send`: each is told with what to write, and nothing secret."""

from __future__ import annotations

import pytest

from alerts.channels import open_channel
from storage.errors import ConfigError


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("file://tmpx/y", "three slashes; write file:///tmpx/y"),
        ("file:///", "name a folder from the root on"),
        ("flie:///srv/digests", "did you mean file://?"),
        ("mailot://lin:s3cret@example.org", "did you mean mailto://?"),
        ("slakc://s3cret/b/c", "did you mean slack://?"),
        ("zzzzqq://s3cret", "write one of file, mailto"),
        ("lin:s3cret@example.org", "write e.g. mailtos://"),
        ("file:/srv/s3cret", "write e.g. mailtos://"),
    ],
)
def test_a_mistyped_address_is_told_with_what_to_write_and_nothing_secret(address: str, said: str) -> None:
    with pytest.raises(ConfigError) as failed:
        open_channel(address)
    assert said in str(failed.value)
    assert "s3cret" not in str(failed.value)


@pytest.mark.parametrize("address", ["file:///srv/digests", "file://localhost/srv/digests", "FILE:///srv/digests"])
def test_a_folder_of_this_machine_is_taken(address: str) -> None:
    assert open_channel(address) is not None
