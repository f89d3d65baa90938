/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line discipline's input half: editing, signals, reading.
 */
#include <string.h>
#include "ldisc.h"

static bool
has(uint32_t flags, uint32_t flag)
{
    return (flags & flag) != 0;
}

/* Is c the control character of this index?  0 turns one off. */
static bool
is_cc(const struct ldisc *ld, int index, uint8_t c)
{
    return c != 0 && ld->ld_termios.c_cc[index] == c;
}

static uint16_t *
cell(struct ldisc *ld, uint64_t at)
{
    return &ld->in[at % LDISC_INPUT];
}

void
ldisc_init(struct ldisc *ld)
{
    static const uint8_t cc[LINUX_NCCS] = {
        [L_VINTR] = 3,  [L_VQUIT] = 28,   [L_VERASE] = 0x7f, [L_VKILL] = 21,
        [L_VEOF] = 4,   [L_VMIN] = 1,     [L_VSTART] = 17,   [L_VSTOP] = 19,
        [L_VSUSP] = 26, [L_VREPRINT] = 18, [L_VDISCARD] = 15,
        [L_VWERASE] = 23, [L_VLNEXT] = 22,
    };

    memset(ld, 0, sizeof(*ld));
    ld->ld_termios.c_iflag = L_ICRNL | L_IXON;
    ld->ld_termios.c_oflag = L_OPOST | L_ONLCR;
    ld->ld_termios.c_cflag = L_B38400 | L_CS8 | L_CREAD | L_HUPCL;
    ld->ld_termios.c_lflag = L_ISIG | L_ICANON | L_ECHO | L_ECHOE | L_ECHOK |
                             L_ECHOCTL | L_ECHOKE | L_IEXTEN;
    memcpy(ld->ld_termios.c_cc, cc, sizeof(cc));
}

/* ---- echo and editing ---------------------------------------------------- */

static void
echo(struct ldisc *ld, uint8_t c)
{
    uint32_t flags = ld->ld_termios.c_lflag;

    if (has(flags, L_ECHO)) {
        ldisc_echo(ld, c);
    } else if (c == '\n' && has(flags, L_ECHONL) && has(flags, L_ICANON)) {
        ldisc_echo(ld, c);
    }
}

static void
store(struct ldisc *ld, uint8_t c, uint16_t flags)
{
    bool canonical = has(ld->ld_termios.c_lflag, L_ICANON);
    /* One cell stays free for the end of an overlong line. */
    uint64_t limit = canonical && flags == 0 ? LDISC_INPUT - 1 : LDISC_INPUT;

    if (ld->end_at - ld->read_at >= limit) {
        if (has(ld->ld_termios.c_iflag, L_IMAXBEL)) {
            ldisc_echo(ld, 7);
        }
        return;
    }
    *cell(ld, ld->end_at++) = c | flags;
    if (!canonical) {
        ld->ready_at = ld->end_at;
    } else if ((flags & LDISC_CELL_END) != 0) {
        ld->ready_at = ld->end_at;
        ld->ready_lines++;
    }
}

/* Where the cursor was before the cell at `at` was echoed. */
static unsigned
column_of(struct ldisc *ld, uint64_t at)
{
    unsigned column = ld->line_column;

    for (uint64_t i = ld->ready_at; i < at; i++) {
        column += ldisc_cell_width(ld, *cell(ld, i), column);
    }
    return column;
}

static void
erase_one(struct ldisc *ld)
{
    unsigned width = 0;
    uint16_t c;

    if (ld->end_at == ld->ready_at) {
        return;
    }
    do {
        c = *cell(ld, --ld->end_at);
        width += ldisc_cell_width(ld, c, column_of(ld, ld->end_at));
    } while (has(ld->ld_termios.c_iflag, L_IUTF8) && (c & 0xc0) == 0x80 &&
             ld->end_at > ld->ready_at);
    if (!has(ld->ld_termios.c_lflag, L_ECHO)) {
        return;
    }
    if (has(ld->ld_termios.c_lflag, L_ECHOE)) {
        ldisc_echo_erase(ld, width);
    } else {
        ldisc_echo(ld, ld->ld_termios.c_cc[L_VERASE]);
    }
}

static bool
is_word(uint16_t c)
{
    c &= 0xff;
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z') || c == '_' || c >= 0x80;
}

static void
erase_word(struct ldisc *ld)
{
    while (ld->end_at > ld->ready_at && !is_word(*cell(ld, ld->end_at - 1))) {
        erase_one(ld);
    }
    while (ld->end_at > ld->ready_at && is_word(*cell(ld, ld->end_at - 1))) {
        erase_one(ld);
    }
}

static void
kill_line(struct ldisc *ld)
{
    uint32_t flags = ld->ld_termios.c_lflag;

    if (has(flags, L_ECHO) && has(flags, L_ECHOK) && has(flags, L_ECHOKE) &&
        has(flags, L_ECHOE)) {
        while (ld->end_at > ld->ready_at) {
            erase_one(ld);
        }
        return;
    }
    ld->end_at = ld->ready_at;
    if (has(flags, L_ECHO)) {
        ldisc_echo(ld, ld->ld_termios.c_cc[L_VKILL]);
        if (has(flags, L_ECHOK)) {
            ldisc_echo(ld, '\n');
        }
    }
}

static void
reprint(struct ldisc *ld)
{
    if (!has(ld->ld_termios.c_lflag, L_ECHO)) {
        return;
    }
    ldisc_echo(ld, ld->ld_termios.c_cc[L_VREPRINT]);
    ldisc_echo(ld, '\n');
    ld->line_column = ld->column;
    for (uint64_t i = ld->ready_at; i < ld->end_at; i++) {
        ldisc_echo(ld, (uint8_t)*cell(ld, i));
    }
}

static void
store_and_echo(struct ldisc *ld, uint8_t c)
{
    if (ld->end_at == ld->ready_at) {
        ld->line_column = ld->column;
    }
    echo(ld, c);
    store(ld, c, 0);
}

static void
canonical_input(struct ldisc *ld, uint8_t c)
{
    bool extended = has(ld->ld_termios.c_lflag, L_IEXTEN);

    if (is_cc(ld, L_VERASE, c)) {
        erase_one(ld);
    } else if (is_cc(ld, L_VKILL, c)) {
        kill_line(ld);
    } else if (extended && is_cc(ld, L_VWERASE, c)) {
        erase_word(ld);
    } else if (extended && is_cc(ld, L_VREPRINT, c)) {
        reprint(ld);
    } else if (extended && is_cc(ld, L_VLNEXT, c)) {
        ld->literal_next = true;
        if (has(ld->ld_termios.c_lflag, L_ECHO) &&
            has(ld->ld_termios.c_lflag, L_ECHOCTL)) {
            ldisc_echo_literal(ld);
        }
    } else if (is_cc(ld, L_VEOF, c)) {
        store(ld, 0, LDISC_CELL_END | LDISC_CELL_EOF);
    } else if (c == '\n' || is_cc(ld, L_VEOL, c) ||
               (extended && is_cc(ld, L_VEOL2, c))) {
        echo(ld, c);
        store(ld, c, LDISC_CELL_END);
    } else {
        store_and_echo(ld, c);
    }
}

/* ---- from the wire ------------------------------------------------------- */

static bool
signal_input(struct ldisc *ld, uint8_t c)
{
    uint32_t event;

    if (is_cc(ld, L_VINTR, c)) {
        event = LDISC_SIGINT;
    } else if (is_cc(ld, L_VQUIT, c)) {
        event = LDISC_SIGQUIT;
    } else if (is_cc(ld, L_VSUSP, c)) {
        event = LDISC_SIGTSTP;
    } else {
        return false;
    }
    if (!has(ld->ld_termios.c_lflag, L_NOFLSH)) {
        ldisc_flush_input(ld);
        ldisc_flush_output(ld);
    }
    ld->stopped = false;
    echo(ld, c);
    ld->ld_events |= event;
    return true;
}

/* START and STOP; true when c was one of them. */
static bool
flow_input(struct ldisc *ld, uint8_t c)
{
    if (is_cc(ld, L_VSTOP, c) && !is_cc(ld, L_VSTART, c)) {
        ld->stopped = true;
        return true;
    }
    if (is_cc(ld, L_VSTART, c)) {
        ld->stopped = !ld->stopped && is_cc(ld, L_VSTOP, c);
        return true;
    }
    if (has(ld->ld_termios.c_iflag, L_IXANY)) {
        ld->stopped = false;
    }
    return false;
}

void
ldisc_input(struct ldisc *ld, uint8_t c)
{
    uint32_t iflag = ld->ld_termios.c_iflag;

    if (has(iflag, L_ISTRIP)) {
        c &= 0x7f;
    }
    if (ld->literal_next) {
        ld->literal_next = false;
        store_and_echo(ld, c);
        return;
    }
    if (has(iflag, L_IXON) && flow_input(ld, c)) {
        return;
    }
    if (has(ld->ld_termios.c_lflag, L_ISIG) && signal_input(ld, c)) {
        return;
    }
    if (c == '\r') {
        if (has(iflag, L_IGNCR)) {
            return;
        }
        if (has(iflag, L_ICRNL)) {
            c = '\n';
        }
    } else if (c == '\n' && has(iflag, L_INLCR)) {
        c = '\r';
    }
    if (has(ld->ld_termios.c_lflag, L_ICANON)) {
        canonical_input(ld, c);
    } else {
        echo(ld, c);
        store(ld, c, 0);
    }
}

bool
ldisc_input_room(const struct ldisc *ld, size_t n)
{
    /* A full line being edited must not stop the characters that end it. */
    return LDISC_INPUT - (ld->end_at - ld->read_at) >= n ||
           ld->ready_at == ld->read_at;
}

/* ---- to the program ------------------------------------------------------ */

bool
ldisc_readable(const struct ldisc *ld, size_t n)
{
    const uint8_t *cc = ld->ld_termios.c_cc;
    size_t wanted;

    if (has(ld->ld_termios.c_lflag, L_ICANON)) {
        return ld->ready_lines > 0;
    }
    wanted = cc[L_VTIME] > 0 && cc[L_VMIN] == 0 ? 1 : cc[L_VMIN];
    wanted = wanted < n ? wanted : n;
    return ld->ready_at - ld->read_at >= wanted;
}

size_t
ldisc_available(const struct ldisc *ld)
{
    size_t n = (size_t)(ld->ready_at - ld->read_at);

    for (uint64_t at = ld->read_at; at < ld->ready_at; at++) {
        n -= (ld->in[at % LDISC_INPUT] & LDISC_CELL_EOF) != 0;
    }
    return n;
}

size_t
ldisc_read(struct ldisc *ld, uint8_t *to, size_t n)
{
    bool canonical = has(ld->ld_termios.c_lflag, L_ICANON);
    size_t taken = 0;

    while (ld->read_at < ld->ready_at) {
        uint16_t c = *cell(ld, ld->read_at);

        if ((c & LDISC_CELL_EOF) != 0) {
            /* An end of file behind the bytes of its line goes with them. */
            ld->read_at++;
            ld->ready_lines--;
            if (canonical) {
                break;
            }
            continue;
        }
        if (taken == n) {
            break;
        }
        to[taken++] = (uint8_t)c;
        ld->read_at++;
        if ((c & LDISC_CELL_END) != 0) {
            ld->ready_lines--;
            if (canonical) {
                break;
            }
        }
    }
    return taken;
}

struct ldisc_mark
ldisc_mark(const struct ldisc *ld)
{
    return (struct ldisc_mark){ld->read_at, ld->ready_lines};
}

void
ldisc_rewind(struct ldisc *ld, struct ldisc_mark mark)
{
    ld->read_at = mark.read_at;
    ld->ready_lines = mark.ready_lines;
}

void
ldisc_flush_input(struct ldisc *ld)
{
    ld->read_at = ld->ready_at = ld->end_at;
    ld->ready_lines = 0;
    ld->literal_next = false;
}

void
ldisc_set_termios(struct ldisc *ld, const struct linux_termios *t)
{
    bool was = has(ld->ld_termios.c_lflag, L_ICANON);
    bool is = has(t->c_lflag, L_ICANON);

    ld->ld_termios = *t;
    if (!has(t->c_iflag, L_IXON)) {
        ld->stopped = false;
    }
    if (was == is) {
        return;
    }
    ld->ready_at = ld->end_at;
    ld->literal_next = false;
    if (is && ld->ready_at > ld->read_at) {
        uint16_t *last = cell(ld, ld->ready_at - 1);

        if ((*last & LDISC_CELL_END) == 0) {
            *last |= LDISC_CELL_END;
            ld->ready_lines++;
        }
    }
}
