/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for io_ready messages at the thread's event port. */
#ifndef EMULATOR_WAIT_EVENT_H
#define EMULATOR_WAIT_EVENT_H

#include "emulator.h"

/* The thread's event port, made when first needed; null: no memory. */
mach_port_t event_port(struct thread *t);
/*
 * 1: the object watched under the cookie (the lower half in *index) is ready,
 * *events says how; 0: the deadline is over; -EINTR: kicked.
 */
int event_wait(struct thread *t, uint32_t generation, uint64_t deadline,
               uint32_t *index, uint32_t *events);

#endif
