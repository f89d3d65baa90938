/* SPDX-License-Identifier: BSD-2-Clause */
/* Host arch layer: the registers are the arguments of a trap. */
#ifndef MACHINE_REGS_H
#define MACHINE_REGS_H

#include <string.h>
#include <mach/thread_status.h>
#include <base/codes.h>

struct machine_regs {
    uint64_t args[6];
    kern_return_t result;
    /* Of <mach/sync.h>. */
    uint64_t sync_name, sync_tag, sync_word[8], sync_deadline;
    uint64_t result2;
};

static inline void
regs_get_args(const struct machine_regs *r, uint64_t args[6])
{
    memcpy(args, r->args, sizeof(r->args));
}

static inline uint64_t
regs_arg(const struct machine_regs *r, unsigned i)
{
    return r->args[i];
}

static inline void
regs_set_arg(struct machine_regs *r, unsigned i, uint64_t value)
{
    r->args[i] = value;
}

static inline void
regs_set_result(struct machine_regs *r, kern_return_t result)
{
    r->result = result;
}

static inline void
regs_set_result2(struct machine_regs *r, uint64_t value)
{
    r->result2 = value;
}

static inline uint32_t
regs_sync_name(const struct machine_regs *r)
{
    return (uint32_t)r->sync_name;
}

static inline uint64_t
regs_sync_tag(const struct machine_regs *r)
{
    return r->sync_tag;
}

static inline uint64_t
regs_sync_deadline(const struct machine_regs *r)
{
    return r->sync_deadline;
}

static inline void
regs_set_sync_tag(struct machine_regs *r, uint64_t tag)
{
    r->sync_tag = tag;
}

static inline void
regs_set_sync_source(struct machine_regs *r, uint64_t badge, uint32_t name)
{
    r->sync_name = badge;
    r->sync_deadline = name;
}

static inline void
regs_set_sync_word(struct machine_regs *r, uint64_t word)
{
    r->sync_word[0] = word;
}

static inline void
regs_set_sync_words(struct machine_regs *r, const uint64_t word[8])
{
    memcpy(r->sync_word, word, sizeof(r->sync_word));
}

static inline void
regs_copy_sync_words(struct machine_regs *to, const struct machine_regs *from,
                     unsigned n)
{
    memcpy(to->sync_word, from->sync_word, n * sizeof(uint64_t));
}

#endif
