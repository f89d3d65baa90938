/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A stand-in for the kernel: mach_msg() hands the request to a server in the
 * same program, as the kernel would deliver it, and keeps account of rights.
 */
#ifndef FAKE_MACH_H
#define FAKE_MACH_H

#include <mach/mach.h>
#include <mach/mig_types.h>

/* Who serves the next requests, and the payload of its port. */
extern const struct mig_subsystem *fake_server;
extern uint64_t fake_payload;

/* What a test may do to a message on its way; NULL: nothing. */
extern void (*fake_change_request)(mach_msg_header_t *request);
extern void (*fake_change_reply)(mach_msg_header_t *reply);
extern mach_msg_return_t fake_failure; /* mach_msg() returns it at once */

/* User references of a name in the one space that there is. */
int fake_refs(mach_port_t name);
mach_port_t fake_port(void); /* a new name with one send reference */
int fake_ranges(void);       /* out-of-line ranges that exist */
int fake_rights(void);       /* sum of all references */

/* Delivers a copy of `request` (sent form) to the server; the answer. */
kern_return_t fake_deliver(const mach_msg_header_t *request,
                           mach_msg_header_t *reply);
extern mach_msg_header_t *fake_last_request; /* copy, as it was sent */
extern mach_msg_header_t *fake_last_reply;   /* copy, as it was received */

#endif
