/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own page tables: the direct map of all memory (read-write,
 * never executable, by 1 GiB or 2 MiB pages), and the image with each part's
 * permissions, by 4 KiB pages.  Both are in every address space (slots 256
 * and 511 of the top level) and never change after boot.
 */
#include <base/page_alloc.h>
#include <base/panic.h>
#include <base/string.h>
#include <mach/types.h>
#include <machine/pmap.h>
#include "internal.h"
#include "pte.h"
#include "x86.h"

#define GIB 0x40000000ull
#define MIB2 0x200000ull
#define BOOT_MAPPED (4 * GIB) /* what boot.S maps */
#define DIRECT_MAP_MAX (512 * GIB)

uint64_t paging_kernel_cr3;
bool paging_nx;
static uint64_t *kernel_pml4;

static uint64_t *
table_alloc(void)
{
    uint64_t phys = phys_alloc(0);

    if (phys == 0) {
        panic("no memory for the kernel's page tables");
    }
    return memset(phys_to_virt(phys), 0, MACH_PAGE_SIZE);
}

static uint64_t *
table_below(uint64_t *table, unsigned index)
{
    if (table[index] == 0) {
        table[index] = virt_to_phys(table_alloc()) | PTE_P | PTE_W;
    }
    return phys_to_virt(table[index] & PTE_ADDRESS);
}

static void
map_direct(uint64_t top)
{
    uint64_t flags = PTE_P | PTE_W | PTE_G | PTE_A | PTE_D | PTE_NX_IF;
    bool huge = cpuid(0x80000000u, 0).a >= 0x80000001u &&
                (cpuid(0x80000001u, 0).d & (1u << 26)) != 0;
    uint64_t *pdpt = table_below(kernel_pml4, 256);

    for (uint64_t at = 0; at < top; at += huge ? GIB : MIB2) {
        unsigned i = (unsigned)(at / GIB);

        if (huge) {
            pdpt[i] = at | flags | PTE_PS;
        } else {
            table_below(pdpt, i)[at / MIB2 % 512] = at | flags | PTE_PS;
        }
    }
}

static void
map_image(const char *from, const char *to, uint64_t flags)
{
    for (uint64_t va = (uintptr_t)from; va < (uintptr_t)to;
         va += MACH_PAGE_SIZE) {
        uint64_t *pdpt = table_below(kernel_pml4, 511);
        uint64_t *pd = table_below(pdpt, va >> 30 & 511);
        uint64_t *pt = table_below(pd, va >> 21 & 511);

        pt[va >> 12 & 511] =
            (va - KERNEL_BASE) | flags | PTE_P | PTE_G | PTE_A | PTE_D;
    }
}

void
paging_copy_kernel_half(uint64_t *pml4)
{
    pml4[256] = kernel_pml4[256];
    pml4[511] = kernel_pml4[511];
}

/* The allocator's array goes into the first range that has room for it. */
static void
memory_setup(const struct boot_range *r, unsigned n, uint64_t top)
{
    uint64_t need = (top >> MACH_PAGE_SHIFT) + MACH_PAGE_SIZE - 1;
    uint64_t state = 0;

    need &= ~(MACH_PAGE_SIZE - 1);
    for (unsigned i = 0; i < n && state == 0; i++) {
        if (r[i].end <= BOOT_MAPPED && r[i].end - r[i].start >= need) {
            state = r[i].start;
        }
    }
    if (state == 0) {
        panic("no room for the table of pages");
    }
    phys_setup(top, phys_to_virt(state));
    for (unsigned i = 0; i < n; i++) {
        uint64_t start = r[i].start == state ? state + need : r[i].start;
        uint64_t end = r[i].end > BOOT_MAPPED ? BOOT_MAPPED : r[i].end;

        if (start < end) {
            phys_add_range(start, end);
        }
    }
}

void
paging_setup(void)
{
    const struct boot_range *r;
    unsigned n = bootinfo_ranges(&r);
    uint64_t top = bootinfo_top();

    if (top > DIRECT_MAP_MAX) {
        top = DIRECT_MAP_MAX;
    }
    memory_setup(r, n, top);
    kernel_pml4 = table_alloc();
    map_direct(top < BOOT_MAPPED ? BOOT_MAPPED : top);
    map_image(kernel_start, kernel_text_end, 0);
    map_image(kernel_text_end, kernel_rodata_end, PTE_NX_IF);
    map_image(kernel_rodata_end, kernel_end, PTE_W | PTE_NX_IF);
    paging_kernel_cr3 = virt_to_phys(kernel_pml4);
    write_cr3(paging_kernel_cr3);
    for (unsigned i = 0; i < n; i++) { /* what boot.S did not map */
        uint64_t start = r[i].start > BOOT_MAPPED ? r[i].start : BOOT_MAPPED;
        uint64_t end = r[i].end > top ? top : r[i].end;

        if (start < end) {
            phys_add_range(start, end);
        }
    }
}
