# SPDX-License-Identifier: BSD-2-Clause
"""The mutation operators: each yields edits (start, end, new text, what).

start and end are offsets into the file, what is the piece of source that the
mutant is named after.  Lines are never added or removed.
"""

import re

import statements as syntax
import tokens as lex

RELEASES = re.compile(
    r"release|free|uncharge|deallocate|discard|drop|unclaim|undo|undecode"
    r"|consume|destroy|cancel|give_back|leave_|remove|unmake|kfree|deleted"
    r"|finish|abandon")
REFERENCES = re.compile(r"reference|charge|insert|enter_|_copy_send|make_")
WAKES = re.compile(r"wake|changed|announce|grant|handoff|possible|post|kick")
NOTICES = re.compile(r"right_check|request_|notify|notice|no_senders|dead"
                     r"|dropped|lost")

SWAPS = {
    "MACH_MSG_TYPE_PORT_RECEIVE": "MACH_MSG_TYPE_PORT_SEND",
    "MACH_MSG_TYPE_PORT_SEND": "MACH_MSG_TYPE_PORT_SEND_ONCE",
    "MACH_MSG_TYPE_PORT_SEND_ONCE": "MACH_MSG_TYPE_PORT_SEND",
    "MACH_MSG_TYPE_MOVE_RECEIVE": "MACH_MSG_TYPE_MAKE_SEND",
    "MACH_MSG_TYPE_MOVE_SEND": "MACH_MSG_TYPE_COPY_SEND",
    "MACH_MSG_TYPE_MOVE_SEND_ONCE": "MACH_MSG_TYPE_MOVE_SEND",
    "MACH_MSG_TYPE_COPY_SEND": "MACH_MSG_TYPE_MOVE_SEND",
    "MACH_MSG_TYPE_MAKE_SEND": "MACH_MSG_TYPE_COPY_SEND",
    "MACH_MSG_TYPE_MAKE_SEND_ONCE": "MACH_MSG_TYPE_MAKE_SEND",
    "MACH_PORT_TYPE_SEND": "MACH_PORT_TYPE_SEND_ONCE",
    "MACH_PORT_TYPE_RECEIVE": "MACH_PORT_TYPE_SEND",
    "MACH_PORT_TYPE_SEND_ONCE": "MACH_PORT_TYPE_SEND",
    "MACH_PORT_TYPE_SEND_RECEIVE": "MACH_PORT_TYPE_RECEIVE",
    "MACH_PORT_TYPE_PORT_SET": "MACH_PORT_TYPE_RECEIVE",
    "MACH_PORT_TYPE_DEAD_NAME": "MACH_PORT_TYPE_SEND",
    "MACH_PORT_RIGHT_SEND": "MACH_PORT_RIGHT_RECEIVE",
    "MACH_PORT_RIGHT_RECEIVE": "MACH_PORT_RIGHT_SEND",
    "MACH_PORT_RIGHT_SEND_ONCE": "MACH_PORT_RIGHT_SEND",
    "MACH_PORT_RIGHT_PORT_SET": "MACH_PORT_RIGHT_RECEIVE",
    "MACH_PORT_RIGHT_DEAD_NAME": "MACH_PORT_RIGHT_SEND",
    "IPS_SPACE": "IPS_LIMBO", "IPS_LIMBO": "IPS_SPACE",
    "IPS_TRANSIT": "IPS_LIMBO", "IPS_KERNEL": "IPS_LIMBO",
    "IPS_DEAD": "IPS_LIMBO",
    "IP_NULL": "IP_DEAD", "IP_DEAD": "IP_NULL",
    "MACH_PORT_NULL": "MACH_PORT_DEAD", "MACH_PORT_DEAD": "MACH_PORT_NULL",
    "list_push_back": "list_push_front", "list_push_front": "list_push_back",
}
CODE = re.compile(r"(KERN|MACH_SEND|MACH_RCV|MIG|MACH_MSG)_[A-Z_]+$")
NOT_CODES = re.compile(r"MACH_(SEND|RCV)_(MSG|TIMEOUT|INTERRUPT|NOTIFY|LARGE"
                       r"|OVERWRITE|ALWAYS|CANCEL|KERNEL)$|MACH_MSG_(?!SUCC)")
SUCCESSES = ("KERN_SUCCESS", "MACH_MSG_SUCCESS")
BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=",
            "<=": ">"}


class Body:
    """A function's body with what the operators ask about it."""

    def __init__(self, text, function):
        self.text = text
        self.function = function
        self.tokens = function.tokens
        self.statements = syntax.statements(function)
        self.quiet = self.asserted()

    def asserted(self):
        """Indices of the tokens of assertions and types of variables."""
        found = set()
        for index, token in enumerate(self.tokens[:-1]):
            if token.text in ("assert", "_Static_assert", "sizeof") and \
                    self.tokens[index + 1].text == "(":
                found.update(range(
                    index, lex.partner(self.tokens, index + 1) + 1))
        return found

    def piece(self, first, last):
        """Source from token to token, on one line."""
        return lex.plain(
            self.text[self.tokens[first].start:self.tokens[last].end])

    def edit(self, first, last, new, what=None):
        """Replace tokens first to last."""
        return (self.tokens[first].start, self.tokens[last].end, new,
                self.piece(first, last) if what is None else what)

    def around(self, index):
        """The piece of source in which a token is shown: its statement's
        innermost part."""
        first, last = max(0, index - 4), min(len(self.tokens) - 1, index + 4)
        for at in range(index, first - 1, -1):
            if self.tokens[at].text in (";", "{", "}"):
                first = at + 1
                break
        for at in range(index, last + 1):
            if self.tokens[at].text in (";", "{", "}"):
                last = at - 1
                break
        return "%s @ %s" % (self.tokens[index].text,
                            self.piece(min(first, index), max(last, index)))

    def swap(self, index, new):
        """Replace one token."""
        return self.edit(index, index, new, self.around(index))

    def marks(self, *kinds):
        """Indices of the tokens that operators may touch."""
        return (i for i, t in enumerate(self.tokens)
                if t.kind in kinds and i not in self.quiet)

    def is_binary(self, index):
        """Whether the operator there has a left side."""
        before = self.tokens[index - 1]
        return (before.kind in ("name", "number") and
                before.text not in ("return", "case")) or \
            before.text in ("]",) or (
                before.text == ")" and not self.is_cast(index - 1))

    def is_cast(self, close):
        """Whether the bracket that closes there holds a type."""
        depth = 0
        for at in range(close, -1, -1):
            if self.tokens[at].text == ")":
                depth += 1
            elif self.tokens[at].text == "(":
                depth -= 1
                if depth == 0:
                    break
        inside = self.tokens[at + 1:close]
        before = self.tokens[at - 1] if at > 0 else None
        if before is not None and before.kind == "name":
            return False
        return all(t.kind == "name" or t.text == "*" for t in inside) and (
            inside[-1:] and (inside[-1].text == "*" or
                             inside[-1].text.endswith("_t") or
                             inside[0].text in syntax.TYPE_WORDS))


def calls(body, wanted, others=()):
    """Statements that call a function of this kind."""
    for s in body.statements:
        if s.kind == "call" and s.parts[0] != "assert" and \
                wanted.search(s.parts[0]) and \
                not any(o.search(s.parts[0]) for o in others):
            yield body.edit(s.first, s.last, ";")


def drop_release(body):
    """Leave out what gives something up."""
    yield from calls(body, RELEASES, (NOTICES, WAKES))


def drop_reference(body):
    """Leave out what takes or records something."""
    yield from calls(body, REFERENCES, (RELEASES, NOTICES, WAKES))


def drop_wake(body):
    """Wake nobody."""
    yield from calls(body, WAKES, (NOTICES,))


def drop_notice(body):
    """Skip a dead-name conversion or a notification."""
    yield from calls(body, NOTICES)


def drop_call(body):
    """Leave out any other call."""
    yield from calls(body, re.compile(""),
                     (RELEASES, REFERENCES, WAKES, NOTICES))


def drop_assign(body):
    """Leave what was there."""
    for s in body.statements:
        if s.kind == "assign":
            yield body.edit(s.first, s.last, ";")


def drop_count(body):
    """Do not count."""
    for s in body.statements:
        if s.kind == "count" or (s.kind == "assign" and body.tokens[
                s.parts[1]].text in ("+=", "-=")):
            yield body.edit(s.first, s.last, ";")


def flip_count(body):
    """Count the other way."""
    other = {"++": "--", "--": "++", "+=": "-=", "-=": "+="}
    for index in body.marks("mark"):
        text = body.tokens[index].text
        if text in other:
            yield body.swap(index, other[text])


def off_by_one(body):
    """One more than a constant, and boundaries that are one off."""
    for index in body.marks("number"):
        match = re.match(r"(0x[0-9a-fA-F]+|\d+)([uUlL]*)$",
                         body.tokens[index].text)
        if match and body.tokens[index - 1].text != "[":
            yield body.swap(index, "%d%s" % (int(match.group(1), 0) + 1,
                                             match.group(2)))
    for index in body.marks("mark"):
        text = body.tokens[index].text
        if text in BOUNDARY:
            yield body.swap(index, BOUNDARY[text])


def conditions(body, *kinds):
    """(first, last) of the conditions of ifs and loops."""
    for s in body.statements:
        if s.kind in kinds and s.parts[1] >= s.parts[0]:
            yield s.parts[0], s.parts[1]


def negate(body):
    """The opposite of a condition."""
    for first, last in conditions(body, "if", "loop"):
        start, end, _, what = body.edit(first, last, "")
        yield start, end, "!(%s)" % body.text[start:end], what
    for index in body.marks("mark"):
        if body.tokens[index].text == "?":
            first = choice_start(body, index)
            start, end, _, what = body.edit(first, index - 1, "")
            yield start, end, "!(%s)" % body.text[start:end], what


def choice_start(body, index):
    """Where the condition of the question mark there begins."""
    depth, at = 0, index - 1
    while at > 0:
        text = body.tokens[at].text
        if text in lex.CLOSE:
            depth += 1
        elif text in lex.OPEN:
            depth -= 1
        if depth < 0 or (depth == 0 and (
                text in syntax.ASSIGNMENTS or
                text in (";", "}", "{", ",", ":", "?", "return"))):
            break
        at -= 1
    return at + 1


def condition_false(body):
    """An if that is never taken."""
    for first, last in conditions(body, "if"):
        start, end, _, what = body.edit(first, last, "")
        yield start, end, "0 && (%s)" % body.text[start:end], what


def condition_true(body):
    """An if that is always taken."""
    for first, last in conditions(body, "if"):
        start, end, _, what = body.edit(first, last, "")
        yield start, end, "1 || (%s)" % body.text[start:end], what


def compare(body):
    """Another comparison."""
    for index in body.marks("mark"):
        if body.tokens[index].text in OPPOSITE:
            yield body.swap(index, OPPOSITE[body.tokens[index].text])


def logic(body):
    """And for or, or for and."""
    other = {"&&": "||", "||": "&&"}
    for index in body.marks("mark"):
        if body.tokens[index].text in other:
            yield body.swap(index, other[body.tokens[index].text])


def bits(body):
    """Set for cleared, masked for joined."""
    for index in body.marks("mark"):
        text = body.tokens[index].text
        if text in ("&", "|") and body.is_binary(index):
            yield body.swap(index, "|" if text == "&" else "&")
        elif text == "~":
            yield body.swap(index, "")
        elif text in ("|=", "&="):
            yield body.swap(index, "=")


def arithmetic(body):
    """Minus for plus, plus for minus."""
    for index in body.marks("mark"):
        text = body.tokens[index].text
        if text in ("+", "-") and body.is_binary(index):
            yield body.swap(index, "-" if text == "+" else "+")


def result_of(result):
    """What a function that gives up at once returns."""
    if result == "void":
        return ""
    if result == "kern_return_t":
        return "KERN_SUCCESS"
    return "0"


def return_early(body):
    """Leave before the end."""
    value = result_of(body.function.result)
    for s in body.statements:
        if s.depth == 0 and s.kind not in ("decl", "return", "label"):
            start = body.tokens[s.first].start
            yield start, start, "if (1) { return %s; } " % value, \
                "before " + body.piece(s.first, min(s.last, s.first + 8))


def other_result(body):
    """Return something else than what was worked out."""
    result = body.function.result
    for s in body.statements:
        if s.kind == "return" and s.last - s.first > 2:
            start, end, _, what = body.edit(s.first + 1, s.last - 1, "")
            yield start, end, "!(%s)" % body.text[start:end] \
                if result == "bool" else result_of(result), what


def swap_code(body):
    """Success for an error, an error for success, another error."""
    for index in body.marks("name"):
        text = body.tokens[index].text
        if text in ("true", "false"):
            yield body.swap(index, "false" if text == "true" else "true")
        elif CODE.match(text) and not NOT_CODES.match(text):
            if text in SUCCESSES:
                yield body.swap(index, "KERN_FAILURE")
            else:
                yield body.swap(index, "KERN_SUCCESS")
                start, end, _, what = body.swap(index, "")
                yield start, end, "KERN_FAILURE", "other " + what


def swap_right(body):
    """Another disposition, type of right, state, or end of a list."""
    for index in body.marks("name"):
        if body.tokens[index].text in SWAPS:
            yield body.swap(index, SWAPS[body.tokens[index].text])


def drop_else(body):
    """Nothing otherwise."""
    for s in body.statements:
        if s.kind == "if" and s.parts[2]:
            first, last = s.parts[2]
            yield body.edit(first, last, "",
                            body.piece(first, min(last, first + 8)))


def fall_through(body):
    """Go on where something should end."""
    for s in body.statements:
        if s.kind == "jump" and s.parts[0] != "goto":
            before = max(0, s.first - 5)
            yield body.edit(s.first, s.last, ";",
                            body.piece(before, s.last))


OPERATORS = {
    "drop-release": drop_release, "drop-reference": drop_reference,
    "drop-wake": drop_wake, "drop-notice": drop_notice,
    "drop-call": drop_call, "drop-assign": drop_assign,
    "drop-count": drop_count, "flip-count": flip_count,
    "off-by-one": off_by_one, "negate": negate,
    "condition-false": condition_false, "condition-true": condition_true,
    "compare": compare, "logic": logic, "bits": bits,
    "arithmetic": arithmetic, "return-early": return_early,
    "other-result": other_result,
    "swap-code": swap_code, "swap-right": swap_right,
    "drop-else": drop_else, "fall-through": fall_through,
}
