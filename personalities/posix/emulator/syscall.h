/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls as functions: a[0..5] are the arguments; the result is what rax gets,
 * -errno on failure.
 */
#ifndef EMULATOR_SYSCALL_H
#define EMULATOR_SYSCALL_H

#include "emulator.h"

#define SYSCALL(number, function) int64_t function(const uint64_t *a);
#include "syscalls.h"
#undef SYSCALL

/* What several files' calls do. */
int64_t sys_fcntl_lock(struct fd *fd, uint64_t command, uint64_t argument);
int64_t io_transfer_read(struct fd *fd, uint64_t at, uint64_t size,
                         int64_t offset, uint32_t flags);
int64_t io_transfer_write(struct fd *fd, uint64_t at, uint64_t size,
                          int64_t offset, uint32_t flags);

#endif
