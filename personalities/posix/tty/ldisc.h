/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line discipline: what lies between a program and a terminal's wire.
 * Pure: no messages, no clock.  What it wants done outside it says in
 * ld_events, which the caller takes.
 *
 *   wire -> ldisc_input() -> editing, echo, signals -> in[] -> ldisc_read()
 *   ldisc_write() -> output processing -> out[] -> ldisc_output() -> wire
 *
 * in[] is a ring indexed by counters that only grow:
 *
 *   read_at <= ready_at <= end_at <= read_at + LDISC_INPUT
 *
 * [read_at, ready_at) are characters of complete lines (canonical mode) or all
 * there are (raw mode); [ready_at, end_at) is the line being edited.  A cell is
 * a character with flags: END ends a line, EOF is an end of file that is no
 * character itself.
 */
#ifndef TTY_LDISC_H
#define TTY_LDISC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "termios.h"

#define LDISC_INPUT 4096u  /* powers of two */
#define LDISC_OUTPUT 8192u
#define LDISC_ECHO_ROOM 512u /* of the output ring, kept free for echoes */

#define LDISC_CELL_END 0x100u
#define LDISC_CELL_EOF 0x200u

/* ld_events */
#define LDISC_SIGINT 1u
#define LDISC_SIGQUIT 2u
#define LDISC_SIGTSTP 4u

struct ldisc {
    struct linux_termios ld_termios;
    uint16_t in[LDISC_INPUT];
    uint64_t read_at, ready_at, end_at;
    unsigned ready_lines;      /* END cells in [read_at, ready_at) */
    uint8_t out[LDISC_OUTPUT];
    uint64_t out_at, out_end;
    unsigned column;           /* of the cursor, as output has left it */
    unsigned line_column;      /* where the line being edited began */
    bool stopped;              /* output is held (STOP, TCXONC) */
    bool literal_next;         /* LNEXT has been typed */
    uint32_t ld_events;
};

void ldisc_init(struct ldisc *ld);

/* One character from the wire. */
void ldisc_input(struct ldisc *ld, uint8_t c);
/* May n more characters come without any being lost? */
bool ldisc_input_room(const struct ldisc *ld, size_t n);

/* Would a read of n bytes be answered now?  Not in raw mode with MIN 0 and
 * TIME set, where the caller's clock decides. */
bool ldisc_readable(const struct ldisc *ld, size_t n);
/* Characters that a read could take (FIONREAD). */
size_t ldisc_available(const struct ldisc *ld);
/* Takes what a read of n bytes may take; 0 in canonical mode: end of file. */
size_t ldisc_read(struct ldisc *ld, uint8_t *to, size_t n);
/* To put back what a read took, before any other call changes ld. */
struct ldisc_mark {
    uint64_t read_at;
    unsigned ready_lines;
};
struct ldisc_mark ldisc_mark(const struct ldisc *ld);
void ldisc_rewind(struct ldisc *ld, struct ldisc_mark mark);

/* Takes as much of a program's output as there is room for. */
size_t ldisc_write(struct ldisc *ld, const uint8_t *from, size_t n);
bool ldisc_writable(const struct ldisc *ld);
/* Takes up to n bytes for the wire; none while output is stopped. */
size_t ldisc_output(struct ldisc *ld, uint8_t *to, size_t n);
size_t ldisc_output_pending(const struct ldisc *ld);

void ldisc_flush_input(struct ldisc *ld);
void ldisc_flush_output(struct ldisc *ld);
/* New settings; what has been typed already stays readable. */
void ldisc_set_termios(struct ldisc *ld, const struct linux_termios *t);

/* ldisc_output.c, for ldisc.c: echo; dropped when the ring is full. */
void ldisc_echo(struct ldisc *ld, uint8_t c);
void ldisc_echo_literal(struct ldisc *ld); /* "^" and back */
void ldisc_echo_erase(struct ldisc *ld, unsigned columns);
unsigned ldisc_cell_width(const struct ldisc *ld, uint16_t cell,
                          unsigned column);

#endif
