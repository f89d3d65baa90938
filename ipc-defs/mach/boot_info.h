/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel hands to the first task, `boot/bootstrap` of the boot
 * archive.  Its entry is called with rdi = the address of this structure (in a
 * page of its own), on a stack of BOOT_STACK_SIZE bytes.
 */
#ifndef MACH_BOOT_INFO_H
#define MACH_BOOT_INFO_H

#include <mach/types.h>

#define BOOT_INFO_MAGIC 0x6f6f426863616d50ull
#define BOOT_STACK_SIZE 0x10000

struct boot_info {
    uint64_t bi_magic;
    vm_address_t bi_archive; /* mapped read-write copy-on-write, anonymous
                                memory of the task: parts may be moved out of
                                line or made memory entries */
    vm_size_t bi_archive_size;
    mach_port_name_t bi_host_priv; /* a send right to the privileged host */
    uint32_t bi_pad;
    char bi_command_line[1024];
};

#endif
