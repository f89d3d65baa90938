/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types in generated prototypes, and the table that a generated server
 * exports.  Included by every generated header, in user tasks and the kernel.
 */
#ifndef MACH_MIG_TYPES_H
#define MACH_MIG_TYPES_H

#include <mach/mig_errors.h>

/*
 * A reference to an object of another component: in the message binding the
 * name of a send right, in the direct binding the object's address.
 */
typedef uintptr_t mig_handle_t;
#define MIG_HANDLE_NULL ((mig_handle_t)0)

/*
 * A stub answers the request `in` in the buffer `out`, which has room for
 * max_reply_size bytes.  Afterwards out holds a reply to be sent, except when
 * it is a mig_reply_error_t with RetCode MIG_NO_REPLY.  The request's rights
 * and memory are settled by the stub in any case.
 */
typedef void (*mig_stub_t)(mach_msg_header_t *in, mach_msg_header_t *out);

struct mig_routine {
    mig_stub_t stub; /* null: the id is skipped */
    mach_msg_size_t max_reply_size;
    mach_msg_size_t max_request_size;
    const char *name;
};

struct mig_subsystem {
    boolean_t (*server)(mach_msg_header_t *in, mach_msg_header_t *out);
    mach_msg_id_t start;          /* first id */
    mach_msg_id_t end;            /* last id + 1 */
    mach_msg_size_t maxsize;      /* largest reply, without trailer */
    mach_msg_size_t max_request;  /* largest request, without trailer */
    const char *name;
    const struct mig_routine *routine; /* end - start of them */
};

static inline mig_stub_t
mig_find_routine(const struct mig_subsystem *s, mach_msg_id_t id)
{
    return id < s->start || id >= s->end ? (mig_stub_t)0
                                         : s->routine[id - s->start].stub;
}

#endif
