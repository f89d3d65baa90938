/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping of ELF segments, copy-on-write from the file.
 */
#include <host/host.h>
#include <io/io.h>
#include <mach_vm/mach_vm.h>
#include "load.h"

int64_t
load_read(mach_port_t file, uint64_t offset, void *to, size_t size)
{
    mach_msg_type_number_t count = (mach_msg_type_number_t)size;
    kern_return_t kr;

    kr = io_read(file, 0, (int64_t)offset, count, 0, to, &count);
    return kr == KERN_SUCCESS ? (int64_t)count : error_of(kr);
}

int64_t
load_check(mach_port_t file, const void *head, size_t size,
           struct elf_image *image)
{
    uint8_t buffer[ELF_PHNUM_MAX * ELF_PHDR_SIZE];
    const uint8_t *headers = buffer;
    posix_stat_t stat;
    uint64_t bytes;
    int64_t error = elf_check_header(head, size, image);

    if (error < 0) {
        return error;
    }
    bytes = image->phnum * (uint64_t)ELF_PHDR_SIZE;
    if (image->phoff <= size && bytes <= size - image->phoff) {
        headers = (const uint8_t *)head + image->phoff;
    } else {
        error = load_read(file, image->phoff, buffer, bytes);
        if (error != (int64_t)bytes) {
            return error < 0 ? error : -ENOEXEC;
        }
    }
    error = error_of(io_stat(file, (void *)&stat));
    if (error < 0) {
        return error;
    }
    error = elf_check_segments(headers, (uint64_t)stat.st_size,
                               EMULATOR_AREA_BASE - STACK_SIZE - PAGE * 16,
                               image);
    if (error == 0 && load_too_large(image->memory)) {
        error = -ENOMEM;
    }
    return error;
}

bool
load_too_large(uint64_t bytes)
{
    vm_statistics_t stats;

    if (bytes < 64ull << 20) {
        return false;
    }
    return host_statistics(mach_host_self(), (void *)&stats) !=
               KERN_SUCCESS ||
           bytes / PAGE > stats.total_count;
}

static int64_t
map_anonymous(uint64_t from, uint64_t to, vm_prot_t prot)
{
    vm_address_t at = from;
    kern_return_t kr;

    if (from >= to) {
        return 0;
    }
    kr = vm_allocate(&at, to - from, VM_FLAGS_FIXED | VM_FLAGS_OVERWRITE);
    if (kr == KERN_SUCCESS && prot != VM_PROT_DEFAULT) {
        kr = vm_protect(at, to - from, FALSE, prot);
    }
    return kr == KERN_SUCCESS ? 0 : -ENOMEM;
}

static int64_t
map_segment(const struct elf_segment *s, uint64_t bias, mach_port_t entry)
{
    uint64_t start = PAGE_FLOOR(s->vaddr + bias);
    uint64_t file_end = s->vaddr + bias + s->file_size;
    uint64_t end = PAGE_CEIL(s->vaddr + bias + s->memory_size);
    uint64_t mapped = s->file_size != 0 ? PAGE_CEIL(file_end) : start;
    vm_prot_t prot = (vm_prot_t)s->prot; /* the same bits */
    vm_address_t at = start;
    kern_return_t kr;

    if (mapped > start) {
        kr = mach_vm_map(mach_task_self(), &at, mapped - start, 0,
                         VM_FLAGS_FIXED | VM_FLAGS_OVERWRITE, entry,
                         PAGE_FLOOR(s->offset), TRUE, prot, VM_PROT_ALL,
                         VM_INHERIT_COPY);
        if (kr != KERN_SUCCESS) {
            return -ENOMEM;
        }
        if (s->memory_size > s->file_size && (s->prot & PROT_WRITE) &&
            mapped > file_end &&
            user_zero((void *)(uintptr_t)file_end, mapped - file_end) < 0) {
            return -ENOMEM;
        }
    }
    return map_anonymous(mapped, end, prot);
}

int64_t
load_map(struct program *program, uint64_t base)
{
    const struct elf_image *e = &program->elf;
    vm_address_t at = base != 0 ? base + e->low : EMULATOR_AREA_BASE;
    uint64_t span = e->high - e->low, size;
    int64_t error = 0;
    mach_port_t entry;

    if (e->relocatable) {
        /* Reserve the whole span first. */
        if (vm_allocate(&at, span, base != 0 ? VM_FLAGS_FIXED
                                             : VM_FLAGS_ANYWHERE |
                                                   VM_FLAGS_TOP_DOWN) !=
                KERN_SUCCESS ||
            vm_protect(at, span, FALSE, VM_PROT_NONE) != KERN_SUCCESS) {
            return -ENOMEM;
        }
        program->bias = at - e->low;
    }
    error = error_of(io_map(program->file, VM_PROT_READ | VM_PROT_EXECUTE,
                            &entry, &size));
    if (error < 0) {
        return error;
    }
    for (uint32_t i = 0; i < e->count && error == 0; i++) {
        error = map_segment(&e->segments[i], program->bias, entry);
    }
    mach_port_deallocate_trap(entry);
    return error;
}
