"""The expression of a rule: how it is read, and how its mistakes are told."""

from __future__ import annotations

import pytest

from alerts.expression import (
    And,
    Count,
    ExpressionError,
    Field,
    Gap,
    Near,
    Not,
    Or,
    Quantity,
    Regex,
    Sent,
    SetName,
    Word,
    anchor,
    parse,
)


def shown(node):  # noqa: C901 - a table of the kinds of node
    """The tree as brackets, so that a table can say it."""
    match node:
        case Word(surface, _, stem):
            return surface + "*" * stem
        case SetName(name):
            return f"@{name}"
        case Regex(pattern):
            return f"/{pattern}/"
        case Or(parts):
            return "(" + " | ".join(map(shown, parts)) + ")"
        case And(parts):
            return "(" + " & ".join(map(shown, parts)) + ")"
        case Gap(parts):
            return "(" + " … ".join(map(shown, parts)) + ")"
        case Not(wanted, unwanted):
            return f"({shown(wanted)} without {' '.join(map(shown, unwanted))})"
        case Near(left, right, distance, ordered, in_sentences):
            return f"({shown(left)} {'<' if ordered else '~'}{distance}{'s' * in_sentences} {shown(right)})"
        case Sent(left, right, in_paragraph):
            return f"({shown(left)} {'p' if in_paragraph else 's'} {shown(right)})"
        case Field(inner, name):
            return f"{name}{shown(inner)}"
        case Count(inner, least, True):
            return f"({least} kinds of {shown(inner)})"
        case Count(inner, least):
            return f"{least}x{shown(inner)}"
        case Quantity(least):
            return f">={least}"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("劝返", "劝返"),
        ("勸返", "劝返"),
        ("a OR b AND c NOT d", "(a | (b & (c without d)))"),
        ("a NEAR/5 b AND c", "((a ~5 b) & c)"),
        ("a BEFORE/5 b SENT c", "((a <5 b) s c)"),
        ("a PARA b PARA c NOT d AND e", "(((a p b) p (c without d)) & e)"),
        ("a SENT @x AND (@y OR 在逃)", "((a s @x) & (@y | 在逃))"),
        ('"to return" OR fugitive*', "(to return | fugitive*)"),
        ("劝…返", "(劝 … 返)"),
        ('persuad* … "to return"', "(persuad* … to return)"),
        (r"/(劝|限)[^。]{0,16}回国/ AND x", r"(/(劝|限)[^。]{0,16}回国/ & x)"),
        ("TITLE(a OR b) AND c", "(title(a | b) & c)"),
        ("a NEAR/2s b BEFORE/0s c", "((a ~2s b) <0s c)"),
        ("a AND BODY(b) AND PUBLISHER(c) NOT ATTACHMENT(d)", "(a & bodyb & (publisherc without attachmentd))"),
        ("KINDS(a OR b)>=2", "(2 kinds of (a | b))"),
        ("COUNT(a)>=3 AND QUANTITY>=1000", "(3xa & >=1000)"),
        ("(a)", "a"),
        ("110海外服务站 OR 海外110", "(110海外服务站 | 海外110)"),
    ],
)
def test_operators_bind_loosest_first(text, tree):
    assert shown(parse(text)) == tree


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("a NAER/5 b", 2, "did you mean NEAR/n?"),
        ("a ADN b", 2, "did you mean AND?"),
        ("a b", 2, "'b' is not expected here"),
        ("(a", 0, "never closed"),
        ("a)", 1, "without its opening one"),
        ("a AND", 5, "ends too early"),
        ("", 0, "ends too early"),
        ("a AND OR b", 6, "'OR' is not expected here"),
        ("()", 1, "nothing stands before this closing bracket"),
        ('"abc', 0, "never closed"),
        ("a NEAR b", 2, "NEAR/n"),
        ("NEAR b", 0, "lacks its distance"),
        ("COUNT(a)", 8, "COUNT(…)>=3"),
        ("COUNT a>=3", 0, "did you mean COUNT"),
        ("TITLE a", 0, "did you mean TITLE"),
        ("PUBLISHR(a)", 0, "did you mean PUBLISHER"),
        ("COUNT(a)>=0", 8, "is always true"),
        ("/abc", 0, "between two /"),
    ],
)
def test_a_mistake_is_told_with_its_place(text, at, said):
    with pytest.raises(ExpressionError) as problem:
        parse(text)
    assert said in str(problem.value)
    assert problem.value.at == at


def test_the_anchor_is_the_first_word_or_set():
    assert shown(anchor(parse("(a OR b) NEAR/5 c AND d"))) == "(a | b)"
    assert shown(anchor(parse("TITLE(@x) AND d"))) == "@x"
    assert shown(anchor(parse("@x SENT y NOT z"))) == "@x"


def test_deep_nesting_is_refused_or_read_but_never_crashes():
    assert shown(parse("(" * 50 + "a" + ")" * 50)) == "a"
    with pytest.raises(ExpressionError, match="too deep"):
        parse("(" * 5000 + "a" + ")" * 5000)
