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

#endif
