/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Port rights and port information.
 *
 * A name is (index << 8) | generation; 0 is the null name and ~0 the dead one.
 * A few names are *borrowed*: they exist in every space, carry no user
 * references, are never copied, counted or deallocated, and resolve to the
 * caller itself.  mach_port_deallocate() of one succeeds and does nothing.
 */
#ifndef MACH_PORT_H
#define MACH_PORT_H

#include <mach/types.h>

#define MACH_PORT_NULL ((mach_port_name_t)0)
#define MACH_PORT_DEAD ((mach_port_name_t)~0u)
#define MACH_PORT_VALID(n) ((n) != MACH_PORT_NULL && (n) != MACH_PORT_DEAD)

#define MACH_PORT_INDEX(n) ((n) >> 8)
#define MACH_PORT_GEN(n) ((n) & 0xffu)
#define MACH_PORT_MAKE(i, g) (((i) << 8) | (g))

/* Borrowed names. */
#define MACH_PORT_TASK_SELF MACH_PORT_MAKE(1u, 0u)   /* the caller's task */
#define MACH_PORT_THREAD_SELF MACH_PORT_MAKE(2u, 0u) /* the calling thread */
#define MACH_PORT_HOST_SELF MACH_PORT_MAKE(3u, 0u)   /* the unprivileged host */
#define MACH_PORT_FIRST_INDEX 4u                     /* first ordinary name */

#define mach_task_self() MACH_PORT_TASK_SELF
#define mach_thread_self() MACH_PORT_THREAD_SELF
#define mach_host_self() MACH_PORT_HOST_SELF

#define MACH_PORT_RIGHT_SEND 0u
#define MACH_PORT_RIGHT_RECEIVE 1u
#define MACH_PORT_RIGHT_SEND_ONCE 2u
#define MACH_PORT_RIGHT_PORT_SET 3u
#define MACH_PORT_RIGHT_DEAD_NAME 4u
#define MACH_PORT_RIGHT_NUMBER 5u

#define MACH_PORT_TYPE(r) ((mach_port_type_t)(1u << ((r) + 16u)))
#define MACH_PORT_TYPE_NONE 0u
#define MACH_PORT_TYPE_SEND MACH_PORT_TYPE(MACH_PORT_RIGHT_SEND)
#define MACH_PORT_TYPE_RECEIVE MACH_PORT_TYPE(MACH_PORT_RIGHT_RECEIVE)
#define MACH_PORT_TYPE_SEND_ONCE MACH_PORT_TYPE(MACH_PORT_RIGHT_SEND_ONCE)
#define MACH_PORT_TYPE_PORT_SET MACH_PORT_TYPE(MACH_PORT_RIGHT_PORT_SET)
#define MACH_PORT_TYPE_DEAD_NAME MACH_PORT_TYPE(MACH_PORT_RIGHT_DEAD_NAME)
#define MACH_PORT_TYPE_SEND_RECEIVE \
    (MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_RECEIVE)
#define MACH_PORT_TYPE_DNREQUEST 0x80000000u /* a dead-name request stands */
#define MACH_PORT_TYPE_SPREQUEST 0x40000000u /* a send-possible request */

/* Limits; tests of the kernel build it with other ones. */
#ifndef MACH_PORT_UREFS_MAX
#define MACH_PORT_UREFS_MAX 0xffffu
#endif
#ifndef MACH_PORT_QLIMIT_DEFAULT
#define MACH_PORT_QLIMIT_DEFAULT 5u
#endif
#ifndef MACH_PORT_QLIMIT_MAX
#define MACH_PORT_QLIMIT_MAX 1024u
#endif

struct mach_port_status {
    mach_port_rights_t mps_pset;      /* count of containing port sets */
    mach_port_seqno_t mps_seqno;
    mach_port_mscount_t mps_mscount;  /* make-send count */
    natural_t mps_qlimit;
    natural_t mps_msgcount;
    mach_port_rights_t mps_sorights;  /* send-once rights */
    boolean_t mps_srights;            /* do send rights exist? */
    boolean_t mps_pdrequest;
    boolean_t mps_nsrequest;
    natural_t mps_flags;              /* MACH_PORT_STATUS_FLAG_* */
};
typedef struct mach_port_status mach_port_status_t;
#define MACH_PORT_STATUS_FLAG_GUARDED 2u
#define MACH_PORT_STATUS_FLAG_STRICT_GUARD 4u
_Static_assert(sizeof(mach_port_status_t) == 40, "ABI");

#endif
