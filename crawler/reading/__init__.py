"""Reading: `reader.read` makes a Document of the bytes of a capture.

Nothing is imported here: a crawl needs a few of these modules, and the readers of all formats cost it 60 ms."""

VERSION = "4"
"""Changes whenever the same bytes may give other fields; the stage `document` then reads everything again."""
