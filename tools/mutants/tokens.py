# SPDX-License-Identifier: BSD-2-Clause
"""C source as tokens with places, and its functions.

House style is relied on for one thing only: the braces of a function's body
stand in the first column.
"""

import collections
import re

Token = collections.namedtuple("Token", "kind text start end")
Function = collections.namedtuple(
    "Function", "name result tokens start end line lines")

PATTERN = re.compile(r"""
    (?P<space>\s+ | //[^\n]* | /\*.*?\*/ | ^[ \t]*\#(?:\\\n|[^\n])*)
  | (?P<string>"(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*')
  | (?P<name>[A-Za-z_]\w*)
  | (?P<number>\d(?:[\w.]|[eEpP][+-])*)
  | (?P<mark>\.\.\. | <<= | >>= | -> | \+\+ | -- | << | >> | <= | >= | == | !=
      | && | \|\| | [-+*/%&|^]= | .)
""", re.VERBOSE | re.DOTALL | re.MULTILINE)

OPEN, CLOSE = "([{", ")]}"


def tokens_of(text):
    """The tokens of a text; comments and directives are left out."""
    return [Token(match.lastgroup, match.group(), match.start(), match.end())
            for match in PATTERN.finditer(text)
            if match.lastgroup != "space"]


def partner(tokens, index):
    """The index of the bracket that closes the one at index."""
    depth = 0
    for at in range(index, len(tokens)):
        if tokens[at].text in OPEN:
            depth += 1
        elif tokens[at].text in CLOSE:
            depth -= 1
            if depth == 0:
                return at
    raise ValueError("a bracket is not closed")


def heading(tokens, brace):
    """The name and the result type's words of the function whose body opens
    at brace; None when it is no function."""
    if brace == 0 or tokens[brace - 1].text != ")":
        return None
    depth, at = 0, brace - 1
    while at >= 0:
        if tokens[at].text in CLOSE:
            depth += 1
        elif tokens[at].text in OPEN:
            depth -= 1
            if depth == 0:
                break
        at -= 1
    if at < 1 or tokens[at - 1].kind != "name":
        return None
    first = at - 1
    while first > 0 and tokens[first - 1].text not in (";", "}", ")"):
        first -= 1
    words = [t.text for t in tokens[first:at - 1]
             if t.text not in ("static", "inline", "extern", "const")]
    return tokens[at - 1].text, " ".join(words)


def functions(text):
    """Yield the functions of a file, their tokens from brace to brace."""
    tokens = tokens_of(text)
    at = 0
    while at < len(tokens):
        if tokens[at].text != "{":
            at += 1
            continue
        end = partner(tokens, at)
        column = tokens[at].start - (text.rfind("\n", 0, tokens[at].start) + 1)
        head = heading(tokens, at) if column == 0 else None
        if head is not None:
            body = tokens[at:end + 1]
            yield Function(
                head[0], head[1], body, body[0].start, body[-1].end,
                text.count("\n", 0, body[0].start) + 1,
                text.count("\n", body[0].start, body[-1].end))
        at = end + 1


def plain(text):
    """A piece of source on one line, with single spaces."""
    return " ".join(re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL).split())
