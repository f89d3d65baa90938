/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exec block (posix/posix.h) as proc reads and completes it.  It comes
 * from a client: nothing in it is believed before block_valid().
 */
#ifndef PROC_BLOCK_H
#define PROC_BLOCK_H

#include <string.h>

#include "process.h"

#define BLOCK_FDS_MAX 65536u

static inline bool
block_valid(const struct exec_block *b, uint64_t size)
{
    return size >= sizeof(*b) && b->magic == EXEC_BLOCK_MAGIC &&
           b->size <= size && b->fd_count <= BLOCK_FDS_MAX &&
           b->fds % _Alignof(struct exec_fd) == 0 &&
           (uint64_t)b->fds + b->fd_count * sizeof(struct exec_fd) <= size;
}

static inline struct exec_fd *
block_fds(const struct exec_block *b)
{
    return (struct exec_fd *)((uintptr_t)b + b->fds);
}

/* What only proc knows. */
static inline void
block_complete(const struct process *p, struct exec_block *b)
{
    b->ids = p->pr_ids;
    memcpy(b->rlimits, p->pr_rlimits, sizeof(b->rlimits));
}

#endif
