# SPDX-License-Identifier: BSD-2-Clause
"""The statements of a function's body, from its tokens.

A statement is (kind, first, last, depth, parts): first and last are indices of
tokens.  Kinds: block, if, loop, switch, label, return, jump, decl, call,
assign, count, other.  parts: for if and loop the range of the condition (and
of the else branch); for call the name; for assign and count the left side.
"""

import collections

import tokens as lex

Statement = collections.namedtuple("Statement",
                                   "kind first last depth parts")

TYPE_WORDS = frozenset((
    "struct", "union", "enum", "const", "static", "unsigned", "signed", "int",
    "long", "short", "char", "void", "bool", "volatile", "extern", "float",
    "double"))
ASSIGNMENTS = frozenset(("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=",
                         "<<=", ">>="))


class Reader:
    """Reads one body."""

    def __init__(self, tokens):
        self.tokens = tokens
        self.found = []

    def text(self, at):
        """A token's text; "" past the end."""
        return self.tokens[at].text if at < len(self.tokens) else ""

    def add(self, kind, first, last, depth, *parts):
        """Record a statement; return the index behind it."""
        self.found.append(Statement(kind, first, last, depth, parts))
        return last + 1

    def block(self, at, depth):
        """Statements between braces; the index behind."""
        end = lex.partner(self.tokens, at)
        at += 1
        while at < end:
            at = self.statement(at, depth)
        return end + 1

    def until(self, at, mark):
        """The index of the next mark outside brackets."""
        while self.text(at) != mark:
            if self.text(at) in lex.OPEN:
                at = lex.partner(self.tokens, at)
            at += 1
        return at

    def statement(self, at, depth):
        """One statement; the index behind it."""
        word = self.text(at)
        if word == "{":
            return self.block(at, depth + 1)
        if word == "if":
            return self.branch(at, depth)
        if word in ("while", "for", "switch"):
            close = lex.partner(self.tokens, at + 1)
            slot = len(self.found)
            behind = self.statement(close + 1, depth + 1)
            kind = "switch" if word == "switch" else "loop"
            first, last = at + 2, close - 1
            if word == "for":
                first = self.until(first, ";") + 1
                last = self.until(first, ";") - 1
            self.found.insert(slot, Statement(kind, at, behind - 1, depth,
                                              (first, last)))
            return behind
        if word == "do":
            behind = self.statement(at + 1, depth + 1)
            return self.until(behind, ";") + 1
        if word in ("case", "default"):
            return self.add("label", at, self.until(at, ":"), depth)
        if self.tokens[at].kind == "name" and self.text(at + 1) == ":":
            return self.add("label", at, at + 1, depth)
        if word == "return":
            return self.add("return", at, self.until(at, ";"), depth)
        if word in ("break", "continue", "goto"):
            return self.add("jump", at, self.until(at, ";"), depth, word)
        if self.tokens[at].kind == "name" and self.text(at + 1) == "(":
            close = lex.partner(self.tokens, at + 1)
            if self.text(close + 1) == "{":  # a macro that loops
                return self.block(close + 1, depth + 1)
        return self.simple(at, depth)

    def branch(self, at, depth):
        """An if, with all that follows from it."""
        close = lex.partner(self.tokens, at + 1)
        slot = len(self.found)
        behind = self.statement(close + 1, depth + 1)
        otherwise = None
        if self.text(behind) == "else":
            start = behind
            behind = self.statement(behind + 1, depth + 1)
            otherwise = (start, behind - 1)
        self.found.insert(slot, Statement("if", at, behind - 1, depth,
                                          (at + 2, close - 1, otherwise)))
        return behind

    def simple(self, at, depth):
        """A declaration or an expression."""
        last = self.until(at, ";")
        if self.is_declaration(at):
            return self.add("decl", at, last, depth)
        first = at
        if [self.text(i) for i in range(at, at + 3)] == ["(", "void", ")"]:
            first = at + 3
        if self.tokens[first].kind == "name" and self.text(first + 1) == "(" \
                and lex.partner(self.tokens, first + 1) == last - 1:
            return self.add("call", at, last, depth, self.text(first))
        index = first
        while index < last:
            text = self.text(index)
            if text in ASSIGNMENTS:
                left = "".join(self.text(i) for i in range(first, index))
                return self.add("assign", at, last, depth, left, index)
            if text in ("++", "--"):
                left = "".join(self.text(i) for i in range(first, last)
                               if i != index)
                return self.add("count", at, last, depth, left, index)
            if text in lex.OPEN:
                index = lex.partner(self.tokens, index)
            index += 1
        return self.add("other", at, last, depth)

    def is_declaration(self, at):
        """Whether a declaration starts here."""
        word, second, third = (self.text(at + i) for i in range(3))
        if self.tokens[at].kind != "name":
            return False
        if word in TYPE_WORDS:
            return True
        return self.tokens[at + 1].kind == "name" or (
            second == "*" and third not in ("(",)
            and self.text(at + 3) in ("=", ";", ",", "*"))


def statements(function):
    """The statements of a function, in order, the inner ones as well."""
    reader = Reader(function.tokens)
    reader.block(0, 0)
    return reader.found
