/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading the first task's program: a static ELF64 executable.
 */
#ifndef KERN_ELF_LOAD_H
#define KERN_ELF_LOAD_H

#include <stddef.h>
#include <stdint.h>
#include <base/codes.h>

struct vm_map;

kern_return_t elf_load(struct vm_map *map, const void *image, size_t size,
                       uint64_t *entry);

#endif
