import pytest

from tests.alerts.golden import FOLDER, letters


@pytest.mark.parametrize(("name", "text"), list(letters()), ids=lambda value: value if len(value) < 20 else "")
def test_a_letter_is_what_it_was(name, text):
    assert text == (FOLDER / name).read_text(encoding="utf-8"), "python -m tests.alerts.golden writes it anew"
