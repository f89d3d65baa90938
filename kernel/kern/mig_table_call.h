/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A call by a table: what mig_table.c (the request, the call) and
 * mig_table_reply.c (the results) share.
 */
#ifndef KERN_MIG_TABLE_CALL_H
#define KERN_MIG_TABLE_CALL_H

#include <base/string.h>
#include <kern/mig_kernel.h>
#include <mach/mig_server.h>
#include <mach/mig_table.h>

/* A result that the reply is filled from: a right or memory has three, the
 * thing, its count and its disposition. */
#define RESULT_SLOTS 3
union mig_slot {
    struct ipc_port *port;
    void *address;
    uint32_t number;
};

struct mig_table_call {
    const struct mig_table *c_table;
    char *c_in;
    char *c_out;
    union mig_slot *c_next; /* the next free one */
    uintptr_t c_words[MIG_TABLE_WORDS];
    union mig_slot c_slots[MIG_TABLE_SLOTS];
};

static inline uintptr_t
mig_translate(const struct mig_table *t, unsigned function, void *from)
{
    if (function == 0) {
        return (uintptr_t)from;
    }
    return (uintptr_t)((void *(*)(void *))t->functions[function - 1])(from);
}

static inline union mig_slot *
mig_take_slots(struct mig_table_call *c, unsigned n)
{
    union mig_slot *s = c->c_next;

    c->c_next += n;
    memset(s, 0, n * sizeof(*s));
    return s;
}

/* Where the routine's results go: words, in the reply or in slots. */
void mig_table_results(struct mig_table_call *c);
/* The reply of a routine that gave KERN_SUCCESS; its first slot is s. */
void mig_table_reply(struct mig_table_call *c, mach_msg_header_t *out,
                     union mig_slot *s);

#endif
