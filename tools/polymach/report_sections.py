# SPDX-License-Identifier: BSD-2-Clause
"""The report's sections, each with its figures; one that has no data is
left out."""

import bench_posix
import bench_size
import bench_stretch
import report_plots as plots
import report_text as text
from report_html import cell, escape, figure, number, page as html_page, \
    table, tile

CLASS_COLOURS = dict(zip(
    (name for name, _ in text.CLASSES),
    ("#bdbdbd", "#0072b2", "#56b4e9", "#009e73", "#8fd19e", "#e69f00",
     "#d55e00", "#f3b48a", "#cc79a7", "#7a4fa3", "#8c6d31", "#f0e442",
     "#444444")))

# Figure 1: what a system takes for its smallest round trip.
SMALL = (
    ("L4 path, 0 words", "l4_rt_0", None, plots.BLUE),
    ("L4 path, 4 words", "l4_rt_4", None, plots.BLUE),
    ("seL4, 0 words", "l4_rt_0", "sel4", plots.GREY),
    ("seL4, 4 words", "l4_rt_4", "sel4", plots.GREY),
    ("Mach path, 8 bytes", "mach_rt", None, plots.BLUE),
    ("L4 path, stubs", "l4_mig_rt", None, plots.BLUE),
    ("Mach path, stubs", "mig_rt", None, plots.BLUE),
    ("Mach path, fast paths off", "mach_rt_slow", None, plots.SKY),
    ("GNU Mach, 24 bytes", "mach_rt", "gnumach", plots.GREY),
    ("Futexes", "futex_rt", None, plots.BLUE),
    ("Linux, futexes", "mach_rt", "linux_futex", plots.GREY),
    ("Linux, pipes, 24 bytes", "mach_rt", "linux_pipe", plots.GREY),
    ("Linux, AF_UNIX, 24 bytes", "mach_rt", "linux_unix", plots.GREY),
)

# Figure 2: a sweep by size. (title, series, peer, colour, style)
BY_SIZE = (
    ("L4, words", "l4_inline", None, plots.RED, "line"),
    ("L4, mapped", "l4_map", None, plots.ORANGE, "line"),
    ("L4, shared memory", "l4_shared", None, plots.PURPLE, "dash"),
    ("Mach, inline", "inline", None, plots.BLUE, "line"),
    ("Mach, out of line", "ool", None, plots.GREEN, "line"),
    ("Mach, shared memory", "shared", None, plots.SKY, "dash"),
    ("GNU Mach, inline", "inline", "gnumach", plots.GREY, "line"),
    ("GNU Mach, out of line", "ool", "gnumach", plots.BLACK, "points"),
    ("Linux, pipe", "inline", "linux_pipe", "#a05a2c", "line"),
)

SIZES = ((16, "0"), (64, "64"), (256, "256"), (1024, "1 KiB"),
         (4096, "4 KiB"), (16384, "16 KiB"), (65536, "64 KiB"),
         (262144, "256 KiB"), (1048576, "1 MiB"))


def head(data):
    """Title, what was measured with, the first figures."""
    meta = data.meta
    tiles = [tile(data.value(row) if peer is None else data.peer(row, peer),
                  name, own)
             for row, peer, name, own in (
                 ("l4_rt_0", None, "L4 path, round trip", True),
                 ("l4_rt_0", "sel4", "seL4, the same", False),
                 ("mach_rt", None, "Mach path, round trip", True),
                 ("mach_rt", "gnumach", "GNU Mach, the same", False),
                 ("mach_rt", "linux_pipe", "Linux, pipes", False))
             if (data.value(row) if peer is None else data.peer(row, peer))]
    return ("<h1>Polymach: what a message costs</h1>"
            '<p class="meta">Commit %s, measured %s with %s.<br>Instructions: '
            "<code>%s</code><br>Time: <code>%s</code><br>Linux: %s</p>%s"
            '<div class="tiles">%s</div>' % (
                *(escape(str(meta.get(key, "unknown"))) for key in (
                    "commit", "date", "qemu", "qemu_options",
                    "qemu_options_wall", "linux")),
                text.LEAD, "".join(tiles)))


def small(data):
    """Round trips of a small message."""
    bars = []
    for label, row, peer, colour in SMALL:
        value = data.value(row) if peer is None else data.peer(row, peer)
        if value:
            bars.append((label, value, colour))
    if not bars:
        return ""
    svg = plots.bars(bars, "instructions for a round trip", 27)
    return ('<h2 id="small">A small message, there and back</h2>'
            "<p>Two tasks (on Linux: processes), one of which asks and waits "
            "for the answer of the other.</p>" + figure(
                1, svg, "Round trips by system.",
                "Blue: this kernel. Grey: others; GNU Mach and seL4 were "
                "measured once and are on record, Linux was measured with "
                "this report. Two address spaces are loaded in each."))


def by_size(data):
    """The sweep."""
    series = []
    for title, name, peer, colour, style in BY_SIZE:
        points = data.series(name) if peer is None \
            else data.peer_series(name, peer)
        if points:
            series.append((title, colour, style,
                           [(max(size, 16), value) for size, value in points]))
    if not series:
        return ""
    svg = plots.curves(series, "size of the request", "instructions",
                       ticks=SIZES)
    return ('<h2 id="size">By the size of the message</h2>'
            "<p>The data is in the client’s memory; the server, having got "
            "it, reads a word of each page and answers. "
            "<em>Inline</em>: the kernel copies. <em>Words</em>: 8 in "
            "registers, up to 64 more in a buffer. <em>Out of line</em>, "
            "<em>mapped</em>: the kernel maps the pages and the server drops "
            "them. <em>Shared</em>: the client copies into memory that both "
            "map, and sends a short message; the server must live with a "
            "client that changes the data meanwhile.</p>" + figure(
                2, svg, "Cost of a round trip by size of the request.",
                "Both axes are logarithmic; 0 bytes stand at the left edge. "
                "Up to 32 KiB out of line the kernel copies as well, into "
                "pages of the receiver’s, which the step at 64 KiB shows. "
                "A copy counts one instruction for 8 bytes."))


def where(data):
    """Where the instructions go."""
    traced = data.traced()
    if not traced:
        return ""
    short = [r for r in traced if r["value"] <= 2500]
    long_ones = [r for r in traced if r["value"] > 2500]
    classes = [name for name, _ in text.CLASSES]
    parts = ['<h2 id="where">Where the instructions go</h2>'
             "<p>From a trace of every instruction executed: the row is run "
             "with N and with 2N operations, and the difference is what one "
             "operation executes, by function.</p>"]
    for figure_number, rows, title in (
            (3, short, "Instructions of an operation by what they do."),
            (4, long_ones, "The same of rows that take the general path.")):
        if rows:
            svg = plots.stacks([(r["name"], r["classes"]) for r in rows],
                               classes, CLASS_COLOURS, "instructions", 16)
            parts.append(figure(figure_number, svg, title,
                                "<code>polymach bench --trace-instructions "
                                "ROW</code> prints these figures and the "
                                "functions behind them."))
    used = [(name, what) for name, what in text.CLASSES
            if any(name in r["classes"] for r in traced)]
    heads = [("class", ""), ("what it is", "")] + [
        (r["name"].replace("mach_rt_", "…"), "n") for r in traced]
    parts.append(table(
        "<b>Table 1.</b> The same in figures (… stands for mach_rt_).", heads,
        [[cell(name, ""), cell(escape(what), "what")] +
         [cell(number(r["classes"].get(name)) if name in r["classes"]
               else "") for r in traced] for name, what in used]))
    return "".join(parts)


def goal(record, which):
    """A goal with a mark that says whether it is met."""
    value = (record.get("goal") or {}).get(which)
    if value is None or record["value"] is None:
        return cell("" if value is None else number(value))
    kind = "met" if record["value"] <= value else "missed"
    return cell('<span class="%s">%s</span>' % (kind, number(value)))


def peers(record):
    """What others take, as text."""
    return cell("<br>".join(
        "%s %s" % (escape(text.PEERS.get(name, name)), number(value))
        for name, value in record["peers"].items() if value is not None))


def rows(data):
    """Every row."""
    heads = (("row", ""), ("what", ""), ("instructions", "n"),
             ("CR3 loads", "n"), ("µs (TCG)", "n"), ("goal", "n"),
             ("stretch", "n"), ("others", "n"))
    body = []
    for record in data.described():
        loads, wall = record.get("cr3_loads"), record.get("wall_ns")
        body.append([
            cell("<code>%s</code>" % record["name"], ""),
            cell(escape(text.ROWS[record["name"]]), "what"),
            cell(number(record["value"]), "n own"),
            cell("" if loads is None else "%.2f" % loads),
            cell("" if wall is None else "%.1f" % (wall / 1000)),
            goal(record, "target"), goal(record, "stretch"), peers(record)])
    if not body:
        return ""
    return ('<h2 id="rows">Every row</h2>' + table(
        "<b>Table 2.</b> One operation each. A goal in "
        '<span class="met">green</span> is met, in '
        '<span class="missed">orange</span> it is not. Time is the '
        "guest’s clock under plain TCG, on whatever the host was.",
        heads, body))


def queues(data):
    """Many clients, priorities."""
    points = data.queued()
    if not points:
        return ""
    svg = plots.curves([("per request", plots.BLUE, "line", points)],
                       "clients", "instructions",
                       [(n, str(n)) for n, _ in points], log="x", height=300)
    names = ("mach_rt", "prio_client_high", "prio_server_high",
             "prio_low_ready")
    listed = ", ".join("%s <b>%s</b>" % (escape(name), number(
        data.value(name))) for name in names if data.value(name))
    return ('<h2 id="queues">Many clients, unequal priorities</h2>' + figure(
        5, svg, "Up to 64 clients of one server.",
        "Instructions per request, when so many threads keep one server "
        "busy. Starting and ending a run is counted along with it.") +
            "<p>The same round trip between threads of unequal priority, "
            "and with a third one ready to run: %s.</p>" % listed)


def interrupts(data):
    """How long interrupts stay off."""
    floods = data.floods()
    if not floods:
        return ""
    limit = bench_stretch.LIMIT
    bars = [(r["name"][len("irq_off_"):].replace("_", " "), r["value"],
             plots.BLUE if r["value"] <= limit else plots.RED)
            for r in floods if r["value"]]
    svg = plots.bars(bars, "instructions (logarithmic)", 22, log=True,
                     mark=(limit, "limit"))
    over = ["<li>%s: %s</li>" % (
        escape(r["name"][len("irq_off_"):].replace("_", " ")),
        ", ".join("<code>%s</code> %s" % (escape(name), number(count))
                  for name, count in list(r["where"].items())[:4]))
        for r in floods if r["value"] > limit]
    return ('<h2 id="interrupts">How long interrupts stay off</h2>'
            "<p>The kernel runs with interrupts off and lets them in at "
            "points it chooses. While one task takes all it can get of one "
            "thing, this is the longest run of kernel instructions that no "
            "interrupt could come between; at most %s are wanted.</p>%s%s" % (
                number(limit), figure(
                    6, svg, "Longest stretch under each flood.",
                    "Seen from outside by a plugin of QEMU; the kernel is "
                    "the one that is shipped. The axis is logarithmic."),
                "<p>Where the ones over the limit spend it:</p><ul>%s</ul>"
                % "".join(over) if over else ""))


def size(data):
    """The kernel's size."""
    folders = [(name, value) for name, value in data.lines()
               if name != "kernel" and value]
    if not folders:
        return ""
    svg = plots.bars([(name, value, plots.SKY) for name, value in folders],
                     "lines of C and assembly", 10)
    known = data.rows.get("kernel_text", {})
    return ('<h2 id="kernel">The size of the kernel</h2>'
            "<p>Text: <b>%s</b> bytes (at most %s are wanted; seL4 %s, GNU "
            "Mach %s). Source: %s lines.</p>%s" % (
                number(known.get("value")), number(bench_size.TEXT_LIMIT),
                number(bench_size.TEXT_PEERS["sel4"]),
                number(bench_size.TEXT_PEERS["gnumach"]),
                number(data.value("lines_kernel")), figure(
                    7, svg, "Lines of source by folder.",
                    "Comments and blank lines included; what the interface "
                    "generator writes is not.")))


def posix(data):
    """Linux programs."""
    found = data.posix()
    if not found:
        return ""
    body = []
    forms = list(bench_posix.SYSTEMS)
    for name, records in found.items():
        linux = next(iter(records.values()))["peers"].get("linux")
        body.append([cell("<code>%s</code>" % escape(name), "")] + [
            cell(number(records.get(form, {}).get("value")), "n own")
            for form in forms] + [cell(number(linux))])
    return ('<h2 id="posix">A Linux program</h2><p>One static binary, '
            "unmodified, over the POSIX personality with its components in "
            "one task (<em>single</em>) or one each (<em>multi</em>), which "
            "talk by Mach messages or by synchronous calls (<em>l4</em>), and "
            "on Debian’s Linux.</p>" + table(
                "<b>Table 3.</b> Instructions of one operation.",
                (("row", ""), *((form, "n") for form in forms),
                 ("Linux", "n")), body))


def caveats(data):
    """What the figures don't say, and how to get them again."""
    sources = "".join("<li><b>%s</b>: %s</li>" % (
        escape(text.PEERS.get(name, name)), escape(source))
        for name, source in data.meta.get("sources", {}).items())
    return ('<h2 id="hides">What the counter hides</h2>%s'
            '<h2 id="repeat">How to repeat it</h2><pre>make\n'
            "./polymach bench --only ipc --json ipc.json\n"
            "./polymach bench --trace-instructions mach_rt\n"
            "./polymach bench --only floods\n"
            "./polymach report --output report.html</pre>"
            "<h2 id=\"sources\">Sources</h2><ul>%s</ul>" % (
                text.HIDES, sources))


SECTIONS = ((small, "small", "small messages"), (by_size, "size", "by size"),
            (where, "where", "where they go"), (rows, "rows", "every row"),
            (queues, "queues", "queues"),
            (interrupts, "interrupts", "interrupts"),
            (size, "kernel", "size"), (posix, "posix", "Linux programs"),
            (caveats, "hides", "what is hidden"))


def page(data):
    """The file."""
    made = [(section(data), name, title) for section, name, title in SECTIONS]
    links = "".join('<a href="#%s">%s</a>' % (name, title)
                    for body, name, title in made if body)
    return html_page("Polymach: what a message costs", text.STYLE,
                     head(data) + "<nav>%s</nav>" % links +
                     "".join(body for body, _, _ in made))
