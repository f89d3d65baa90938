/* SPDX-License-Identifier: BSD-2-Clause */
/* Buffers of generated stubs whose messages are too large for the stack. */
#include <base/kalloc.h>
#include <kern/mig_kernel.h>

void *
mig_kern_buffer(void *small, size_t small_size, size_t need, struct ledger *l)
{
    return need <= small_size ? small : kalloc(need, l);
}

void
mig_kern_buffer_release(void *buffer, void *small, size_t need,
                        struct ledger *l)
{
    if (buffer != small) {
        kfree(buffer, need, l);
    }
}
