# SPDX-License-Identifier: BSD-2-Clause
"""The report's plots: SVG text, drawn by gnuplot."""

import shutil
import subprocess

from errors import Failure

GNUPLOT = "gnuplot"

# Colours that the colour-blind tell apart (Okabe and Ito).
BLACK, ORANGE, SKY, GREEN = "#222222", "#e69f00", "#56b4e9", "#009e73"
YELLOW, BLUE, RED, PURPLE = "#f0e442", "#0072b2", "#d55e00", "#cc79a7"
GREY, PALE = "#8a8a8a", "#d0d0d0"

STYLE = """\
set terminal svg size %d,%d dynamic noenhanced font "Helvetica,13" \\
    background "#ffffff"
set border 0
set grid %s lt 1 lc rgb "#e4e4e4" lw 1
set tics nomirror scale 0 textcolor rgb "#333333"
set style fill solid 1.0 noborder
set key textcolor rgb "#333333"
"""


def draw(script, width, height, grid):
    """Run gnuplot; the SVG it prints."""
    if shutil.which(GNUPLOT) is None:
        raise Failure("gnuplot is not installed (Debian: gnuplot-nox)")
    done = subprocess.run([GNUPLOT], text=True, check=False,
                          input=STYLE % (width, height, grid) + script,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0 or "</svg>" not in done.stdout:
        raise Failure("gnuplot failed: %s" % done.stderr.strip()[-400:])
    return done.stdout[done.stdout.index("<svg"):]


def quoted(text):
    """A string of gnuplot's."""
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def block(name, rows):
    """A data block."""
    lines = [" ".join(str(field) for field in row) for row in rows]
    return "$%s << EOD\n%s\nEOD\n" % (name, "\n".join(lines))


def grouped(value):
    """12 345"""
    return "{:,}".format(int(round(value))).replace(",", "\u2009")


def y_labels(labels):
    """Names beside bars, the first one on top."""
    names = ", ".join("%s %d" % (quoted(label), -index)
                      for index, label in enumerate(labels))
    return "set ytics (%s)\nset yrange [%g:0.6]\n" % (names,
                                                      0.4 - len(labels))


def bars(rows, unit, margin, log=False, mark=None):
    """Horizontal bars.  rows: (label, value, colour); mark: (value, text),
    a line across."""
    values = [value for _, value, _ in rows]
    top = max(values + ([mark[0]] if mark else []))
    low = 10 ** max(len(str(int(min(values)))) - 2, 0) if log else 0
    data, script = [], y_labels([label for label, _, _ in rows])
    for index, (_, value, colour) in enumerate(rows):
        data.append((value, -index, low, value, -index - 0.32, -index + 0.32,
                     int(colour[1:], 16)))
        script += "set label %s at %g,%d left offset 0.6,0 tc rgb %s\n" % (
            quoted(grouped(value)), value, -index, quoted("#222222"))
    if mark:
        script += ("set arrow from %g,%g to %g,0.6 nohead lc rgb %s lw 1.5 "
                   "dt 2 front\nset label %s at %g,0.62 center offset 0,0.6 "
                   "tc rgb %s\n") % (mark[0], 0.4 - len(rows), mark[0],
                                    quoted(RED), quoted(mark[1]), mark[0],
                                    quoted(RED))
    script += ("set lmargin %d\nset rmargin 9\nset tmargin 2\n"
               "set xlabel %s tc rgb '#333333'\nunset key\n"
               "set format x '%%.0f'\n" % (margin, quoted(unit)))
    if log:
        script += "set logscale x\nset xtics (%s)\n" % decades(low, top)
    script += "set xrange [%g:%g]\n" % (low, top * (4 if log else 1.08))
    script += block("bars", data)
    script += "plot $bars using 1:2:3:4:5:6:7 with boxxyerror lc rgb variable"
    return draw(script + "\n", 860, 70 + 27 * len(rows), "x")


def decades(low, top):
    """Ticks at powers of ten."""
    ticks, value = [], low
    while value <= top * 4:
        ticks.append("%s %d" % (quoted(grouped(value)), value))
        value *= 10
    return ", ".join(ticks)


def stacks(rows, classes, colours, unit, margin):
    """Stacked horizontal bars.  rows: (label, {class: value})."""
    script = y_labels([label for label, _ in rows])
    plots, top = [], max(sum(parts.values()) for _, parts in rows)
    for number, name in enumerate(classes):
        data = []
        for index, (_, parts) in enumerate(rows):
            left = sum(parts.get(c, 0) for c in classes[:number])
            value = parts.get(name, 0)
            if value:
                data.append((left, -index, left, left + value,
                             -index - 0.34, -index + 0.34))
        if data:
            script += block("part%d" % number, data)
            plots.append("$part%d using 1:2:3:4:5:6 with boxxyerror lc rgb "
                         "%s title %s" % (number, quoted(colours[name]),
                                          quoted(name)))
    for index, (_, parts) in enumerate(rows):
        total = sum(parts.values())
        script += "set label %s at %g,%d left offset 0.6,0\n" % (
            quoted(grouped(total)), total, -index)
    script += ("set lmargin %d\nset rmargin 9\nset xlabel %s\n"
               "set xrange [0:%g]\nset format x '%%.0f'\n"
               "set key below samplen 1 spacing 1.2 width 2 maxrows 2\n"
               % (margin, quoted(unit), top * 1.06))
    return draw(script + "plot " + ", \\\n    ".join(plots) + "\n",
                860, 175 + 30 * len(rows), "x")


def curves(series, x_label, y_label, ticks=None, log="xy", height=430):
    """Lines with points.  series: (title, colour, style, [(x, y)]); style:
    "line", "dash" or "points"."""
    styles = {"line": "with linespoints lw 2.2 pt 7 ps 0.6",
              "dash": "with linespoints lw 2.2 dt (6,5) pt 7 ps 0.6",
              "points": "with points lw 2 pt 4 ps 1.0"}
    script, plots = "", []
    for index, (title, colour, style, points) in enumerate(series):
        script += block("line%d" % index, sorted(points))
        plots.append("$line%d using 1:2 %s lc rgb %s title %s" % (
            index, styles[style], quoted(colour), quoted(title)))
    script += "set logscale %s\n" % log if log else ""
    if ticks:
        script += "set xtics (%s)\n" % ", ".join(
            "%s %g" % (quoted(name), at) for at, name in ticks)
        script += "set xrange [%g:%g]\n" % (ticks[0][0], ticks[-1][0] * (
            1.3 if "x" in log else 1.03))
    values = [y for _, _, _, points in series for _, y in points]
    if "y" in log:
        low = 10 ** (len(str(int(min(values)))) - 1)
        script += "set ytics (%s)\nset yrange [%g:%g]\n" % (
            decades(low, max(values)), low * 0.9, max(values) * 1.6)
    else:
        script += "set format y '%%.0f'\nset yrange [0:%g]\n" % (
            max(values) * 1.2)
    script += ("set xlabel %s\nset ylabel %s\nset key right bottom Left reverse "
               "samplen 3\nset lmargin 12\nset rmargin 4\n"
               % (quoted(x_label), quoted(y_label)))
    return draw(script + "plot " + ", \\\n    ".join(plots) + "\n", 860,
                height, "x y")
