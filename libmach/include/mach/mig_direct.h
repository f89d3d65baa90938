/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run time of the direct binding: calls between components in one task.
 * A routine is called at once; a simpleroutine is recorded and called by the
 * server's loop, so that calls against the graph's direction never nest.
 */
#ifndef MACH_MIG_DIRECT_H
#define MACH_MIG_DIRECT_H

#include <mach/mig_take.h>
#include <mach/mig_user.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The head of a record; what follows it is the stub's own. */
struct mig_direct_record {
    struct mig_direct_record *next;
    void (*run)(void *record);
    size_t size;
};

/* Weak defaults: pages of their own (a server with malloc replaces them). */
void *mig_direct_allocate(size_t size); /* sets the head's size */
void mig_direct_free(struct mig_direct_record *record);
/* Takes the record; run(record) is called later, in order, and frees it. */
void mig_direct_enqueue(void (*run)(void *record), void *record);
/* Runs what is queued at the time of the call; FALSE: there was nothing. */
boolean_t mig_direct_run(void);

/* References to objects by handle: <server/object.h> has them, too. */
#ifndef SERVER_OBJECT_H
mig_handle_t handle_copy(mig_handle_t handle);
void handle_release(mig_handle_t handle);
mach_port_t handle_to_port(mig_handle_t handle,
                           mach_msg_type_name_t *disposition);
#endif

/* Makes a loan outlive the caller: what was lent is copied, and from then on
 * given.  On failure the loan is unchanged. */
kern_return_t mig_keep_loan(struct mig_loan *loan);
void mig_drop_loans(const struct mig_loan *loans, unsigned count);

/* A result: *name, sent with this disposition, becomes the caller's. */
void mig_direct_port(mach_port_t *name, mach_msg_type_name_t disposition);
/* A range that the routine keeps: a copy for the caller, or 0. */
uint64_t mig_direct_range(uint64_t address, uint64_t size);

#ifdef __cplusplus
}
#endif

static inline void
mig_lend(struct mig_loan *loan, uint64_t value, uint64_t size, uint32_t kind,
         uint32_t disposition, boolean_t given)
{
    loan->value = value;
    loan->size = size;
    loan->kind = kind;
    loan->disposition = disposition;
    loan->given = given ? 1u : 0u;
    loan->pad = 0;
}

/* Does a right sent with this disposition leave the sender? */
static inline boolean_t
mig_gives(mach_msg_type_name_t disposition)
{
    return disposition == MACH_MSG_TYPE_MOVE_SEND ||
           disposition == MACH_MSG_TYPE_MOVE_SEND_ONCE ||
           disposition == MACH_MSG_TYPE_MOVE_RECEIVE;
}

static inline mach_msg_type_name_t
mig_received_as(mach_msg_type_name_t disposition)
{
    switch (disposition) {
    case MACH_MSG_TYPE_COPY_SEND:
    case MACH_MSG_TYPE_MAKE_SEND:
        return MACH_MSG_TYPE_PORT_SEND;
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
        return MACH_MSG_TYPE_PORT_SEND_ONCE;
    default:
        return disposition;
    }
}

/* The caller is this task itself. */
static inline audit_token_t
mig_direct_audit(void)
{
    audit_token_t token;

    mig_clear(&token, 0, sizeof(token));
    return token;
}

static inline security_token_t
mig_direct_sender(void)
{
    security_token_t token;

    mig_clear(&token, 0, sizeof(token));
    return token;
}

#endif
