/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trace events (see trace.h).
 */
#include <base/trace.h>

struct trace_event trace_ring[TRACE_EVENTS];
uint64_t trace_next;
