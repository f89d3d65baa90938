/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small ELF loader for the first task.  Segments are copied into zero-filled
 * memory of their size, then given their protection.
 */
#include <base/string.h>
#include <kern/elf_load.h>
#include <vm/vm_user.h>

#define PT_LOAD 1u
#define PF_X 1u
#define PF_W 2u
#define PF_R 4u
#define EM_X86_64 62u
#define ET_EXEC 2u

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

static kern_return_t
load_segment(struct vm_map *map, const char *image, size_t size,
             const struct elf_segment *s)
{
    vm_address_t start = s->vaddr & ~(MACH_PAGE_SIZE - 1);
    vm_size_t whole;
    vm_prot_t prot = VM_PROT_NONE;
    kern_return_t kr;

    if (s->filesz > s->memsz || s->offset > size ||
        s->filesz > size - s->offset || s->vaddr >= VM_MAX_ADDRESS ||
        s->memsz > VM_MAX_ADDRESS - s->vaddr) {
        return KERN_INVALID_ARGUMENT;
    }
    if (s->memsz == 0) {
        return KERN_SUCCESS;
    }
    whole = s->vaddr + s->memsz - start;
    kr = vm_map_allocate(map, &start, whole, VM_FLAGS_FIXED);
    if (kr == KERN_SUCCESS) {
        kr = vm_map_write(map, image + s->offset, s->vaddr, s->filesz);
    }
    prot |= s->flags & PF_R ? VM_PROT_READ : 0;
    prot |= s->flags & PF_W ? VM_PROT_WRITE : 0;
    prot |= s->flags & PF_X ? VM_PROT_EXECUTE : 0;
    if (kr == KERN_SUCCESS) {
        kr = vm_map_protect(map, start, whole, false, prot);
    }
    return kr;
}

kern_return_t
elf_load(struct vm_map *map, const void *image, size_t size, uint64_t *entry)
{
    struct elf_header h;
    struct elf_segment s;
    kern_return_t kr;

    if (size < sizeof(h)) {
        return KERN_INVALID_ARGUMENT;
    }
    memcpy(&h, image, sizeof(h));
    if (memcmp(h.ident, "\177ELF\2\1", 6) != 0 || h.type != ET_EXEC ||
        h.machine != EM_X86_64 || h.phentsize != sizeof(s) ||
        h.phoff > size || h.phnum * sizeof(s) > size - h.phoff) {
        return KERN_INVALID_ARGUMENT;
    }
    for (unsigned i = 0; i < h.phnum; i++) {
        memcpy(&s, (const char *)image + h.phoff + i * sizeof(s), sizeof(s));
        if (s.type != PT_LOAD) {
            continue;
        }
        kr = load_segment(map, image, size, &s);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
    }
    *entry = h.entry;
    return KERN_SUCCESS;
}
