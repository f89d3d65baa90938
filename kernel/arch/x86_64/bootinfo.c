/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the boot loader says: memory map, command line, boot archive; by PVH
 * start_info or multiboot2 tags.  Everything is copied out before memory is
 * given to the allocator; the archive's pages are kept out of it.
 */
#include <stddef.h>
#include <base/panic.h>
#include <base/string.h>
#include <mach/types.h>
#include <machine/boot.h>
#include <machine/pmap.h>
#include "internal.h"

#define PVH_MAGIC 0x336ec578u
#define MB2_MAGIC 0x36d76289u
#define LOW_MEMORY 0x100000ull /* left to firmware tables and the loader */

struct pvh_start_info {
    uint32_t magic, version, flags, nr_modules;
    uint64_t modlist, cmdline, rsdp, memmap;
    uint32_t memmap_entries, reserved;
};
struct pvh_module {
    uint64_t paddr, size, cmdline, reserved;
};
struct pvh_memmap {
    uint64_t addr, size;
    uint32_t type, reserved;
};
struct mb2_tag {
    uint32_t type, size;
};
struct mb2_mmap {
    uint64_t addr, size;
    uint32_t type, reserved;
};

static struct boot_range ranges[BOOT_RANGES_MAX];
static unsigned range_count;
static uint64_t memory_top;
static uint64_t archive_phys, archive_size;
static char command_line[1024];

void
boot_archive(uint64_t *phys, uint64_t *size)
{
    *phys = archive_phys;
    *size = archive_size;
}

const char *
boot_command_line(void)
{
    return command_line;
}

unsigned
bootinfo_ranges(const struct boot_range **out)
{
    *out = ranges;
    return range_count;
}

uint64_t
bootinfo_top(void)
{
    return memory_top;
}

/* Insert by address. */
static void
range_add(uint64_t start, uint64_t end)
{
    unsigned i;

    start = (start + MACH_PAGE_SIZE - 1) & ~(MACH_PAGE_SIZE - 1);
    end &= ~(MACH_PAGE_SIZE - 1);
    if (start < LOW_MEMORY) {
        start = LOW_MEMORY;
    }
    if (start >= end || range_count == BOOT_RANGES_MAX) {
        return;
    }
    for (i = range_count++; i > 0 && ranges[i - 1].start > start; i--) {
        ranges[i] = ranges[i - 1];
    }
    ranges[i] = (struct boot_range){ start, end };
    if (end > memory_top) {
        memory_top = end;
    }
}

/* Cut [start, end) out of every range. */
static void
range_reserve(uint64_t start, uint64_t end)
{
    struct boot_range old[BOOT_RANGES_MAX];
    unsigned n = range_count;

    start &= ~(MACH_PAGE_SIZE - 1);
    end = (end + MACH_PAGE_SIZE - 1) & ~(MACH_PAGE_SIZE - 1);
    memcpy(old, ranges, sizeof(old));
    range_count = 0;
    for (unsigned i = 0; i < n; i++) {
        uint64_t a = old[i].start, b = old[i].end;

        if (end <= a || start >= b) {
            range_add(a, b);
            continue;
        }
        range_add(a, start < a ? a : start);
        range_add(end > b ? b : end, b);
    }
}

static void
parse_pvh(uint64_t info)
{
    const struct pvh_start_info *si = phys_to_virt(info);
    const struct pvh_memmap *map = phys_to_virt(si->memmap);
    const struct pvh_module *mod = phys_to_virt(si->modlist);

    if (si->magic != PVH_MAGIC || si->version < 1) {
        panic("the PVH start information is too old");
    }
    if (si->cmdline != 0) {
        strlcpy(command_line, phys_to_virt(si->cmdline),
                sizeof(command_line));
    }
    if (si->nr_modules != 0) {
        archive_phys = mod->paddr;
        archive_size = mod->size;
    }
    for (uint32_t i = 0; i < si->memmap_entries; i++) {
        if (map[i].type == 1) {
            range_add(map[i].addr, map[i].addr + map[i].size);
        }
    }
}

static void
parse_mb2_mmap(const struct mb2_tag *tag)
{
    const uint32_t *head = (const uint32_t *)(const void *)(tag + 1);
    const char *at = (const char *)(head + 2);
    const char *end = (const char *)tag + tag->size;

    for (; at + head[0] <= end; at += head[0]) {
        const struct mb2_mmap *m = (const void *)at;

        if (m->type == 1) {
            range_add(m->addr, m->addr + m->size);
        }
    }
}

static void
parse_mb2(uint64_t info)
{
    const struct mb2_tag *tag = phys_to_virt(info + 8);
    const uint32_t *mod;

    while (tag->type != 0) {
        switch (tag->type) {
        case 1: /* command line */
            strlcpy(command_line, (const char *)(tag + 1),
                    sizeof(command_line));
            break;
        case 3: /* module: the first is the archive */
            mod = (const uint32_t *)(const void *)(tag + 1);
            if (archive_size == 0) {
                archive_phys = mod[0];
                archive_size = mod[1] - mod[0];
            }
            break;
        case 6:
            parse_mb2_mmap(tag);
            break;
        default:
            break;
        }
        tag = (const void *)((const char *)tag + ((tag->size + 7) & ~7u));
    }
}

void
bootinfo_setup(uint32_t kind, uint64_t info)
{
    if (kind == PVH_MAGIC) {
        parse_pvh(info);
    } else if (kind == MB2_MAGIC) {
        parse_mb2(info);
    } else {
        panic("started by an unknown kind of loader (%x)", kind);
    }
    if (range_count == 0) {
        panic("the boot loader gives no memory map");
    }
    range_reserve((uintptr_t)kernel_start - KERNEL_BASE,
                  (uintptr_t)kernel_end - KERNEL_BASE);
    range_reserve(archive_phys, archive_phys + archive_size);
}
