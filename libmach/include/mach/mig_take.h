/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking rights and memory out of a call (`ownership take`).
 *
 * The arguments of a routine are borrowed: what it does not take is gone (or
 * the caller's again) when it has returned, whatever it returned.
 *
 *                    message binding        direct binding
 *   mig_take_port    the name is moved      a reference is added, or, when
 *                    out of the request     the caller gives it, moved
 *   mig_take_ool     the range is moved     the range is copied, or moved
 *   mig_take_ports   the range and all      the same
 *                    its rights are moved
 *
 * A right of an array (out-of-line rights) is taken by mig_take_port, too; its
 * place in the array is null afterwards.  Each returns what now belongs to
 * the routine; only mig_take_ool and mig_take_ports can fail (null: no
 * memory), and what was not passed to this call cannot be taken (null).
 */
#ifndef MACH_MIG_TAKE_H
#define MACH_MIG_TAKE_H

#include <mach/mig_wire.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A right or range that a direct call passes. */
struct mig_loan {
    uint64_t value;   /* name or address; 0 when taken */
    uint64_t size;    /* bytes, or number of names */
    uint32_t kind;    /* MACH_MSG_*_DESCRIPTOR */
    uint32_t disposition;
    uint32_t given;   /* the caller gives the right, or the memory: it is
                         dropped if it is not taken */
    uint32_t pad;
};

/* One call in progress in this thread; calls nest in the direct binding. */
struct mig_call {
    struct mig_call *outer;
    mach_msg_header_t *message; /* message binding */
    struct mig_loan *loans;     /* direct binding */
    unsigned loan_count;
};

mach_port_t mig_take_port(mach_port_t name);
void *mig_take_ool(const void *address);
mach_port_t *mig_take_ports(const mach_port_t *address);

/* Around a routine.  end destroys what is left. */
void mig_call_begin(struct mig_call *call, mach_msg_header_t *message);
void mig_call_begin_direct(struct mig_call *call, struct mig_loan *loans,
                           unsigned count);
void mig_call_end(struct mig_call *call);

/* Where the innermost call of this thread is kept: supplied by the
 * environment when threads have no thread-local storage (-DMIG_NO_TLS). */
struct mig_call **mig_call_slot(void);

#ifdef __cplusplus
}
#endif

#endif
