/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line discipline's output half: processing, columns, echo.
 */
#include "ldisc.h"

static size_t
room(const struct ldisc *ld)
{
    return LDISC_OUTPUT - (size_t)(ld->out_end - ld->out_at);
}

static void
put(struct ldisc *ld, uint8_t c)
{
    ld->out[ld->out_end++ % LDISC_OUTPUT] = c;
}

static bool
is_continuation(const struct ldisc *ld, uint8_t c)
{
    return (ld->ld_termios.c_iflag & L_IUTF8) != 0 && (c & 0xc0) == 0x80;
}

static void
track_column(struct ldisc *ld, uint8_t c)
{
    if (c == '\r') {
        ld->column = 0;
    } else if (c == '\b') {
        ld->column -= ld->column > 0;
    } else if (c == '\t') {
        ld->column = (ld->column | 7) + 1;
    } else if (c >= ' ' && c != 0x7f && !is_continuation(ld, c)) {
        ld->column++;
    }
}

/* One character of output through OPOST; room for 8 bytes is there. */
static void
process(struct ldisc *ld, uint8_t c)
{
    uint32_t flags = ld->ld_termios.c_oflag;

    if ((flags & L_OPOST) == 0) {
        put(ld, c);
        return;
    }
    if (c == '\n') {
        if ((flags & L_ONLCR) != 0) {
            put(ld, '\r');
        }
        if ((flags & (L_ONLCR | L_ONLRET)) != 0) {
            ld->column = 0;
        }
        put(ld, '\n');
        return;
    }
    if (c == '\r') {
        if ((flags & L_ONOCR) != 0 && ld->column == 0) {
            return;
        }
        if ((flags & L_OCRNL) != 0) {
            put(ld, '\n');
            if ((flags & L_ONLRET) != 0) {
                ld->column = 0;
            }
            return;
        }
    }
    if (c == '\t' && (flags & L_TABDLY) == L_XTABS) {
        do {
            put(ld, ' ');
            ld->column++;
        } while (ld->column % 8 != 0);
        return;
    }
    put(ld, c);
    track_column(ld, c);
}

size_t
ldisc_write(struct ldisc *ld, const uint8_t *from, size_t n)
{
    size_t taken = 0;

    while (taken < n && room(ld) >= LDISC_ECHO_ROOM + 8) {
        process(ld, from[taken++]);
    }
    return taken;
}

bool
ldisc_writable(const struct ldisc *ld)
{
    return room(ld) >= LDISC_OUTPUT / 4;
}

size_t
ldisc_output(struct ldisc *ld, uint8_t *to, size_t n)
{
    size_t taken = 0;

    while (!ld->stopped && taken < n && ld->out_at < ld->out_end) {
        to[taken++] = ld->out[ld->out_at++ % LDISC_OUTPUT];
    }
    return taken;
}

size_t
ldisc_output_pending(const struct ldisc *ld)
{
    return (size_t)(ld->out_end - ld->out_at);
}

void
ldisc_flush_output(struct ldisc *ld)
{
    ld->out_at = ld->out_end;
}

void
ldisc_echo(struct ldisc *ld, uint8_t c)
{
    bool control = (c < ' ' && c != '\t' && c != '\n') || c == 0x7f;

    if (room(ld) < 16) {
        return;
    }
    if (control && (ld->ld_termios.c_lflag & L_ECHOCTL) != 0) {
        process(ld, '^');
        process(ld, c ^ 0x40);
    } else {
        process(ld, c);
    }
}

void
ldisc_echo_literal(struct ldisc *ld)
{
    if (room(ld) >= 16) {
        put(ld, '^');
        put(ld, '\b');
    }
}

/* Columns that a typed character took on the screen. */
unsigned
ldisc_cell_width(const struct ldisc *ld, uint16_t cell, unsigned column)
{
    uint8_t c = (uint8_t)cell;

    if (c == '\t') {
        return ((column | 7) + 1) - column;
    }
    if (c < ' ' || c == 0x7f) {
        return (ld->ld_termios.c_lflag & L_ECHOCTL) != 0 ? 2 : 0;
    }
    return is_continuation(ld, c) ? 0 : 1;
}

void
ldisc_echo_erase(struct ldisc *ld, unsigned columns)
{
    for (; columns > 0 && room(ld) >= 16; columns--) {
        put(ld, '\b');
        put(ld, ' ');
        put(ld, '\b');
        ld->column -= ld->column > 0;
    }
}
