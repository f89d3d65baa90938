/* SPDX-License-Identifier: BSD-2-Clause */
/* What components need of bootstrap when they start. */
#ifndef POSIX_COMMON_START_H
#define POSIX_COMMON_START_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The boot archive, readable; NULL when there is none. */
const uint8_t *archive_map(uint64_t *size);
void archive_unmap(const uint8_t *archive, uint64_t size);
/* The value of NAME=VALUE on the kernel's command line. */
bool command_line_option(const char *name, char *value, size_t size);
/* ipc=l4: calls between tasks are to be synchronous. */
bool ipc_by_calls(void);

#endif
