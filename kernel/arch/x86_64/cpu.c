/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One processor's set-up: descriptor tables, task state segment, the
 * protection features it has, and what is loaded at a thread switch.
 */
#include <base/panic.h>
#include <base/string.h>
#include <mach/traps.h>
#include <mach/types.h>
#include <machine/cpu.h>
#include <machine/fpu.h>
#include <machine/io.h>
#include <machine/pmap.h>
#include <machine/switch.h>
#include <machine/trap.h>
#include <sched/thread.h>
#include "entry.h"
#include "internal.h"
#include "offsets.h"
#include "pte.h"
#include "x86.h"

#define KERNEL_STACK 32768
#define IST_STACK 8192
#define IST_NMI 1u
#define IST_DOUBLE_FAULT 2u
#define IST_MACHINE_CHECK 3u
#define IOMAP_NONE 0xffffu

struct __attribute__((packed)) tss {
    uint32_t reserved0;
    uint64_t rsp[3], reserved1, ist[7], reserved2;
    uint16_t reserved3, iomap_base;
};
_Static_assert(sizeof(struct tss) == 104, "hardware");

struct gate {
    uint16_t offset0, selector;
    uint8_t ist, type;
    uint16_t offset1;
    uint32_t offset2, reserved;
};

/* The TSS with room for an I/O bitmap and the byte of ones behind it. */
static struct {
    struct tss tss;
    uint8_t iobitmap[MACHINE_IO_BITMAP_SIZE + 1];
} __attribute__((aligned(4096))) tss_block;

static uint64_t gdt[7] = {
    0,
    0x00af9b000000ffff, /* kernel code */
    0x00cf93000000ffff, /* kernel data */
    0x00cff3000000ffff, /* user data */
    0x00affb000000ffff, /* user code, 64-bit */
    0, 0,               /* the TSS, two entries */
};
static struct gate idt[256];
static uint8_t kernel_stack[KERNEL_STACK] __attribute__((aligned(64)));
static uint8_t ist_stacks[3][IST_STACK] __attribute__((aligned(64)));
static struct cpu boot_cpu;

bool cpu_has_smap, cpu_has_smep;

static void
gate_set(unsigned vector, uint64_t entry, unsigned ist, unsigned dpl)
{
    idt[vector] = (struct gate){
        .offset0 = (uint16_t)entry,
        .selector = SEL_KCODE,
        .ist = (uint8_t)ist,
        .type = (uint8_t)(0x8e | dpl << 5), /* interrupt gate */
        .offset1 = (uint16_t)(entry >> 16),
        .offset2 = (uint32_t)(entry >> 32),
    };
}

static void
load_table(const char *which, const void *base, size_t size)
{
    struct __attribute__((packed)) {
        uint16_t limit;
        uint64_t base;
    } p = { (uint16_t)(size - 1), (uintptr_t)base };

    if (which[0] == 'g') {
        __asm__ volatile("lgdt %0" : : "m"(p));
    } else {
        __asm__ volatile("lidt %0" : : "m"(p));
    }
}

static void
tss_setup(void)
{
    uint64_t base = (uintptr_t)&tss_block;
    uint64_t limit = sizeof(tss_block) - 1;

    tss_block.tss.rsp[0] = (uintptr_t)kernel_stack + KERNEL_STACK;
    for (unsigned i = 0; i < 3; i++) {
        tss_block.tss.ist[i] = (uintptr_t)ist_stacks[i] + IST_STACK;
    }
    tss_block.tss.iomap_base = IOMAP_NONE;
    memset(tss_block.iobitmap, 0xff, sizeof(tss_block.iobitmap));
    gdt[5] = (limit & 0xffff) | (base & 0xffffff) << 16 | 0x89ull << 40 |
             (limit >> 16 & 0xf) << 48 | (base >> 24 & 0xff) << 56;
    gdt[6] = base >> 32;
    load_table("gdt", gdt, sizeof(gdt));
    __asm__ volatile("ltr %w0" : : "r"(SEL_TSS));
}

static void
idt_setup(void)
{
    for (unsigned i = 0; i < 48; i++) {
        gate_set(i, isr_table[i], 0, i == 3 || i == 4 ? 3 : 0);
    }
    gate_set(2, (uintptr_t)isr_nmi, IST_NMI, 0);
    gate_set(8, (uintptr_t)isr_double_fault, IST_DOUBLE_FAULT, 0);
    gate_set(18, (uintptr_t)isr_machine_check, IST_MACHINE_CHECK, 0);
    load_table("idt", idt, sizeof(idt));
}

/* Before anything can fault or panic in style. */
void
cpu_setup_early(void)
{
    struct cpu *c = &boot_cpu;

    c->cpu_self = c;
    c->cpu_stack = (uintptr_t)kernel_stack + KERNEL_STACK;
    wrmsr(MSR_GS_BASE, (uintptr_t)c);
    wrmsr(MSR_KERNEL_GS_BASE, 0);
    tss_setup();
    idt_setup();
    paging_nx = cpuid(0x80000000u, 0).a >= 0x80000001u &&
                (cpuid(0x80000001u, 0).d & (1u << 20)) != 0;
    if (paging_nx) {
        wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
    }
}

/* Write CLAC and STAC over their places, through the direct map. */
void
cpu_patch_smap(void)
{
    extern const uint64_t smap_sites_start[], smap_sites_end[];

    for (const uint64_t *s = smap_sites_start; s < smap_sites_end; s += 2) {
        uint8_t *at = phys_to_virt(s[0] - KERNEL_BASE);

        at[0] = 0x0f;
        at[1] = 0x01;
        at[2] = s[1] != 0 ? 0xcb : 0xca;
    }
}

/* The table is read-only but through the direct map, too. */
void
machine_set_trap(unsigned number, trap_fn_t fn)
{
    trap_fn_t *table = phys_to_virt((uintptr_t)trap_table - KERNEL_BASE);

    table[TRAP_count - number] = fn;
}

static void
protection_setup(void)
{
    struct cpuid c7 = { 0 };
    uint64_t cr4 = read_cr4() | CR4_PGE;

    if (cpuid(0, 0).a >= 7) {
        c7 = cpuid(7, 0);
    }
    if (c7.b & (1u << 7)) {
        cpu_has_smep = true;
        cr4 |= CR4_SMEP;
    }
    if (c7.c & (1u << 2)) {
        cr4 |= CR4_UMIP;
    }
    if (c7.b & (1u << 20)) {
        cpu_has_smap = true;
        cpu_patch_smap();
        cr4 |= CR4_SMAP;
    }
    write_cr4(cr4);
    if (cpuid(1, 0).d & (1u << 16)) { /* PAT entry 4: write-combining */
        wrmsr(MSR_PAT, 0x0007040100070406ull);
    }
}

void
cpu_setup(void)
{
    protection_setup();
    wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE);
    wrmsr(MSR_STAR, (uint64_t)(SEL_KDATA | 3) << 48 |
                        (uint64_t)SEL_KCODE << 32);
    wrmsr(MSR_LSTAR, (uintptr_t)syscall_entry);
    wrmsr(MSR_SFMASK, 0x47700); /* IF DF TF AC NT IOPL */
    fpu_setup();
}

void
machine_idle(void)
{
    /* An interrupt between the two comes after hlt has begun. */
    __asm__ volatile("sti; hlt; cli" : : : "memory");
}

void
cpu_note_unusual(void)
{
    struct cpu *c = cpu_self();

    c->cpu_unusual = c->cpu_fpu_on | (uintptr_t)c->cpu_iobitmap;
}

void
cpu_set_iobitmap(uint8_t *bitmap)
{
    cpu_self()->cpu_iobitmap = bitmap;
    cpu_note_unusual();
    if (bitmap == NULL) {
        tss_block.tss.iomap_base = IOMAP_NONE;
        return;
    }
    memcpy(tss_block.iobitmap, bitmap, MACHINE_IO_BITMAP_SIZE);
    tss_block.tss.iomap_base = sizeof(struct tss);
}

/*
 * The segment bases are always written: a user may have loaded a selector,
 * which changes the base behind our back.
 */
void
machine_switch(struct thread *th)
{
    wrmsr(MSR_FS_BASE, th->th_regs.fs_base);
    wrmsr(MSR_KERNEL_GS_BASE, th->th_regs.gs_base);
    machine_switch_rest(th);
}

void
machine_switch_rest(struct thread *th)
{
    struct cpu *c = cpu_self();
    struct machine_task *mt = th->th_machine_task;
    uint8_t *map = mt == NULL ? NULL : mt->mt_iobitmap;
    bool on = c->cpu_fpu == th;

    if (on != c->cpu_fpu_on) {
        c->cpu_fpu_on = on;
        cpu_note_unusual();
        write_cr0(on ? read_cr0() & ~(uint64_t)CR0_TS : read_cr0() | CR0_TS);
    }
    if (map != c->cpu_iobitmap) {
        cpu_set_iobitmap(map);
    }
}

void
regs_init(struct machine_regs *r)
{
    memset(r, 0, sizeof(*r));
    r->rflags = RFLAGS_FIXED;
    r->cs = SEL_UCODE;
    r->ss = SEL_UDATA;
}

kern_return_t
regs_set_base(struct machine_regs *r, bool gs, uint64_t base)
{
    if (base >= 1ull << 47) {
        return KERN_INVALID_ARGUMENT;
    }
    if (gs) {
        r->gs_base = base;
    } else {
        r->fs_base = base;
    }
    r->bases = r->fs_base | r->gs_base;
    return KERN_SUCCESS;
}

void
regs_get_state(const struct machine_regs *r, x86_thread_state64_t *state)
{
    memcpy(state, r, sizeof(*state));
}

kern_return_t
regs_set_state(struct machine_regs *r, const x86_thread_state64_t *state)
{
    return machine_set_state(r, state) ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}

void
machine_start(struct thread *th)
{
    user_return(th);
}
