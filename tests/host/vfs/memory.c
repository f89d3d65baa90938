/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory for file contents, and a pipe component that is never asked much. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <mach/mig_types.h>
#include <server/object.h>

#include "vfs/memory.h"

void *
memory_allocate(uint64_t size)
{
    void *base = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return base == MAP_FAILED ? NULL : base;
}

void
memory_free(void *base, uint64_t size)
{
    munmap(base, size);
}

void
memory_discard(void *base, uint64_t size)
{
    madvise(base, size, MADV_DONTNEED);
}

mach_port_t
memory_entry(void *base, uint64_t size)
{
    (void)base;
    (void)size;
    return 99;
}

mach_port_t
memory_entry_restrict(mach_port_t entry, uint64_t size, vm_prot_t protection)
{
    (void)size;
    (void)protection;
    return entry;
}

void
memory_entry_free(mach_port_t entry)
{
    (void)entry;
}

uint64_t
memory_total(void)
{
    return 1u << 26;
}

void
memory_entropy(void *buffer, uint32_t size)
{
    memset(buffer, 42, size);
}

void
handle_release(mig_handle_t h)
{
    (void)h;
}

mach_port_t
handle_to_port(mig_handle_t h, mach_msg_type_name_t *disposition)
{
    *disposition = MACH_MSG_TYPE_COPY_SEND;
    return (mach_port_t)h;
}

mig_handle_t
component_handle(const char *component)
{
    (void)component;
    return 1;
}

kern_return_t pipe_fifo_create(mig_handle_t, mig_handle_t *);
kern_return_t
pipe_fifo_create(mig_handle_t service, mig_handle_t *fifo)
{
    *fifo = service + 1;
    return KERN_SUCCESS;
}

kern_return_t pipe_fifo_restrict(mig_handle_t, uint32_t, mig_handle_t *);
kern_return_t
pipe_fifo_restrict(mig_handle_t fifo, uint32_t access, mig_handle_t *out)
{
    *out = fifo + access * 100;
    return KERN_SUCCESS;
}
