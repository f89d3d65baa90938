/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps with bad numbers, bad arguments, and pointers anywhere: each gives an
 * error code and the kernel goes on.
 */
#include "test.h"

static const uint64_t bad_pointers[] = {
    0, 8, 0xfff, 0x1000, 0x7fffffffe000, 0x7ffffffff000,
    0x7fffffffffff, 0x800000000000, 0x8000000000000000, 0xffff800000000000,
    0xffffffff80100000, 0xfffffffffffffffc, 0xffffffffffffffff, 0x666000,
};
#define POINTERS (sizeof(bad_pointers) / sizeof(bad_pointers[0]))

/* Argument positions that each trap uses as a user's pointer; -1 ends. */
static const struct {
    int number;
    signed char pointers[3];
} uses[] = {
    { TRAP_mach_port_allocate, { 1, -1, -1 } },
    { TRAP_mach_port_get_refs, { 2, -1, -1 } },
    { TRAP_vm_allocate, { 0, -1, -1 } },
    { TRAP_futex_wait, { 0, -1, -1 } },
    { TRAP_futex_wake, { 0, -1, -1 } },
    { TRAP_futex_requeue, { 0, 2, -1 } },
    { TRAP_thread_upcall_state, { 0, -1, -1 } },
    { TRAP_thread_set_self_state, { 0, -1, -1 } },
    { TRAP_mach_print, { 0, -1, -1 } },
};

static void
test_numbers(void)
{
    uint64_t args[6] = { 0 }, rdx;
    unsigned bad = 0;
    static const uint64_t numbers[] = { TRAP_count, TRAP_count + 1, 1000,
                                        1ull << 32, 1ull << 63 };

    check(raw_trap(TRAP_null, args, &rdx) == 0, "null trap", 0);
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        bad += raw_trap(numbers[i], args, &rdx) != KERN_INVALID_ARGUMENT;
    }
    check(bad == 0, "trap numbers that don't exist are refused", bad);
}

static void
test_pointers(void)
{
    unsigned accepted = 0;
    uint64_t args[6], rdx;

    for (unsigned u = 0; u < sizeof(uses) / sizeof(uses[0]); u++) {
        for (unsigned k = 0; uses[u].pointers[k] >= 0; k++) {
            for (unsigned p = 0; p < POINTERS; p++) {
                for (unsigned i = 0; i < 6; i++) {
                    args[i] = 1;
                }
                args[uses[u].pointers[k]] = bad_pointers[p];
                if (raw_trap((uint64_t)uses[u].number, args, &rdx) == 0) {
                    mach_printf("# trap %d accepts %lx\n", uses[u].number,
                                bad_pointers[p]);
                    accepted++;
                }
            }
        }
    }
    check(accepted == 0, "no trap accepts a bad pointer", accepted);
}

/* Every trap with every argument bad in turn: just that it comes back. */
static void
test_all(void)
{
    uint64_t args[6], rdx;
    unsigned calls = 0;

    for (uint64_t n = 1; n < TRAP_count; n++) {
        if (n == TRAP_thread_exit || n == TRAP_clock_sleep ||
            n == TRAP_thread_switch || n == TRAP_vm_deallocate ||
            n == TRAP_vm_protect || n == TRAP_thread_set_base ||
            n == TRAP_futex_wait) {
            continue; /* would do what it is told */
        }
        for (unsigned at = 0; at < 6; at++) {
            for (unsigned p = 0; p < POINTERS; p++) {
                for (unsigned i = 0; i < 6; i++) {
                    args[i] = n == TRAP_mach_msg ? 0 : 0x666000;
                }
                args[at] = bad_pointers[p];
                raw_trap(n, args, &rdx);
                calls++;
            }
        }
    }
    check(calls != 0, "all traps come back from bad arguments", calls);
}

/* A buffer whose second half is not there. */
static void
test_half(void)
{
    vm_address_t at = 0;
    kern_return_t kr;

    vm_allocate(&at, 2 * MACH_PAGE_SIZE, VM_FLAGS_ANYWHERE);
    vm_deallocate(at + MACH_PAGE_SIZE, MACH_PAGE_SIZE);
    kr = thread_upcall_state_trap(
        (struct upcall_state *)(at + MACH_PAGE_SIZE - 16));
    check(kr == KERN_INVALID_ADDRESS, "a half-mapped buffer", (uint64_t)kr);
    vm_protect(at, MACH_PAGE_SIZE, FALSE, VM_PROT_READ);
    kr = thread_upcall_state_trap((struct upcall_state *)at);
    check(kr == KERN_PROTECTION_FAILURE, "a read-only buffer", (uint64_t)kr);
    vm_deallocate(at, MACH_PAGE_SIZE);
}

static void
test_state(void)
{
    x86_thread_state64_t s = { 0 };
    kern_return_t kr;

    s.rip = 0x8000000000000000;
    kr = thread_set_self_state_trap(&s);
    check(kr == KERN_INVALID_ARGUMENT, "non-canonical rip is refused",
          (uint64_t)kr);
    s.rip = 0x800000000000;
    kr = thread_set_self_state_trap(&s);
    check(kr == KERN_INVALID_ARGUMENT, "the first address behind, too",
          (uint64_t)kr);
    s.rip = 0x1000;
    s.fs_base = 0xffff800000000000;
    kr = thread_set_self_state_trap(&s);
    check(kr == KERN_INVALID_ARGUMENT, "a kernel FS base is refused",
          (uint64_t)kr);
    kr = thread_set_base_trap(1, 0xffffffff80000000);
    check(kr == KERN_INVALID_ARGUMENT, "a kernel GS base is refused",
          (uint64_t)kr);
}

void
test_traps(void)
{
    test_numbers();
    test_pointers();
    test_all();
    test_half();
    test_state();
}
