# SPDX-License-Identifier: BSD-2-Clause
"""Pieces of HTML."""

import base64
import html

from report_plots import grouped

escape = html.escape


def figure(number, svg, title, text):
    """A plot with its caption; the image is part of the page."""
    data = base64.b64encode(svg.encode()).decode()
    return ('<figure id="fig%d"><img alt="%s" src="data:image/svg+xml;base64,'
            '%s"><figcaption><b>Figure %d. %s</b> %s</figcaption></figure>'
            % (number, escape(title), data, number, escape(title), text))


def cell(text, kind="n"):
    """A cell of a table."""
    return '<td class="%s">%s</td>' % (kind, text)


def number(value):
    """A figure, or a dash."""
    return "–" if value is None else grouped(value)


def table(caption, heads, rows):
    """heads: (text, class); rows: cells as HTML."""
    top = "".join('<th class="%s">%s</th>' % (kind, escape(text))
                  for text, kind in heads)
    body = "\n".join("<tr>%s</tr>" % "".join(cells) for cells in rows)
    return ('<div class="wide"><table><caption>%s</caption><thead><tr>%s'
            "</tr></thead><tbody>\n%s\n</tbody></table></div>"
            % (caption, top, body))


def tile(value, text, own=False):
    """A figure to be seen first."""
    return '<div class="tile%s"><b>%s</b>%s</div>' % (
        " own" if own else "", number(value), escape(text))


def page(title, style, body):
    """The whole file."""
    return ("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width\">"
            "<title>%s</title><style>%s</style></head>\n<body>\n%s\n</body>"
            "</html>\n" % (escape(title), style, body))
