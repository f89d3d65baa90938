/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What exec must know of the emulator's image (boot/emulator-posix), and where
 * things are in a POSIX process's address space.
 *
 * The file is an ELF64 executable (ET_DYN) with one PT_LOAD segment, R and X
 * only, linked at 0 with p_offset 0, so that the image in memory is the file's
 * first p_memsz bytes, read-only.  No relocations, no writable data.  Right
 * behind the ELF header and the program header, at EMULATOR_TABLE_OFFSET,
 * stands struct emulator_table; its addresses are offsets from the image base.
 *
 * exec maps the image at EMULATOR_BASE (protection R|X), registers the range
 * [EMULATOR_BASE, EMULATOR_BASE + image_size) and the entries with
 * task_set_emulator(), maps the exec block anywhere in [EMULATOR_BLOCKS,
 * EMULATOR_AREA_END), read-write, and starts a thread with rip = exec entry,
 * rdi = the block's address, and nothing else set: the entry allocates its
 * own stack.  The whole area [EMULATOR_AREA_BASE, EMULATOR_AREA_END) is the emulator's;
 * the guest program gets what is below.
 */
#ifndef POSIX_EMULATOR_TABLE_H
#define POSIX_EMULATOR_TABLE_H

#define EMULATOR_AREA_BASE 0x7fffc0000000
#define EMULATOR_AREA_END 0x7fffffffe000
#define EMULATOR_BASE 0x7fffc0000000
#define EMULATOR_BLOCKS 0x7fffc8000000

#define EMULATOR_TABLE_OFFSET 0x80
#define EMULATOR_TABLE_MAGIC 0x544d4558534f50 /* "POSXEMT" */

#ifndef __ASSEMBLER__
#include <mach/types.h>

struct emulator_table {
    uint64_t magic;
    uint64_t image_size;      /* bytes, a multiple of the page size */
    uint64_t exec_entry;      /* also e_entry */
    uint64_t syscall_entry;
    uint64_t kick_entry;
    uint64_t exception_entry;
    uint64_t restart_begin, restart_end, restart_pc;
};
_Static_assert(sizeof(struct emulator_table) == 72, "ABI");
#endif

#endif
