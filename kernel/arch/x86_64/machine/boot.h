/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machine contract: what the boot loader left.
 */
#ifndef MACHINE_BOOT_H
#define MACHINE_BOOT_H

#include <stdint.h>

/* The boot archive: physical address and size; 0, 0: none. */
void boot_archive(uint64_t *phys, uint64_t *size);
const char *boot_command_line(void);

#endif
