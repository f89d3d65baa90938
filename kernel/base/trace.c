/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trace events (see trace.h).
 */
#include <base/trace.h>
#include <machine/clock.h>
#include <machine/cpu.h>

struct trace_event trace_ring[TRACE_EVENTS];
uint64_t trace_next;

#ifndef NO_TRACE
void
trace_record(const char *format, uint64_t a, uint64_t b, uint64_t c)
{
    struct trace_event *e = &trace_ring[trace_next++ % TRACE_EVENTS];

    e->te_format = format;
    e->te_time = clock_cycles();
    e->te_thread = machine_current_thread();
    e->te_arg[0] = a;
    e->te_arg[1] = b;
    e->te_arg[2] = c;
}
#endif
