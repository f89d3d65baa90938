/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trace events: a ring of the last TRACE_EVENTS things that happened, for
 * the panic report and for tools.  An event is a constant format and up to
 * three words; it is formatted only when it is read.
 */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include <stdint.h>
#include <machine/cpu.h>

#define TRACE_EVENTS 256u

struct trace_event {
    const char *te_format; /* of kprintf, three %lx-sized arguments at most */
    uint64_t te_time;      /* cycles */
    const void *te_thread;
    uint64_t te_arg[3];
    uint64_t te_pad[2];    /* a power of two: the index is a shift */
};

extern struct trace_event trace_ring[TRACE_EVENTS];
extern uint64_t trace_next; /* count of all events so far */

#ifdef NO_TRACE
#define trace(format, a, b, c) ((void)0)
#else
/* In line: it is on every trap's path. */
static inline void
trace_record(const char *format, uint64_t a, uint64_t b, uint64_t c)
{
    struct trace_event *e = &trace_ring[trace_next++ % TRACE_EVENTS];

    e->te_format = format;
    e->te_time = machine_cycles();
    e->te_thread = machine_current_thread();
    e->te_arg[0] = a;
    e->te_arg[1] = b;
    e->te_arg[2] = c;
}
#define trace(format, a, b, c) \
    trace_record((format), (uint64_t)(a), (uint64_t)(b), (uint64_t)(c))
#endif

#endif
