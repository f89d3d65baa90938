/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The supervisor (see README.md).
 */
#include <host/host.h>
#include <mach_port/mach_port.h>
#include <mach_vm/mach_vm.h>
#include <task/task.h>
#include <thread/thread.h>
#include "storm.h"

#define WORKERS 24
#define SABOTEURS 2
#define ROUND (40 * MS)
#define LONGEST (1000 * MS) /* of counted time, for a round's 40 ms */

struct shared *shared;
mach_port_t ports[PORTS];
vm_address_t pool;
static mach_port_t handler;
static uint8_t stacks[2][16384] __attribute__((aligned(16)));
static const char *const counted[DID_COUNTS] = {
    "RPCs", "served", "calls", "answered", "of the kernel", "exceptions",
    "sabotages"
};
/* What a round may leave: caches, slabs. */
static const uint64_t slack[CENSUS_COUNTS] = { [CENSUS_OBJECTS] = 2,
                                               [CENSUS_PAGES] = 128,
                                               [CENSUS_BYTES] = 32768 };

/* A thread goes on behind a breakpoint, or ends. */
static kern_return_t
handle(struct guest_exception *e)
{
    x86_thread_state64_t state;

    did(DID_EXCEPTION);
    memcpy(&state, e->state, sizeof(state));
    if (state.rip == (uintptr_t)leave || e->exception == EXC_RESOURCE) {
        return KERN_FAILURE; /* the end of its task */
    }
    if (e->exception != EXC_BREAKPOINT || (state.rflags & 0x100) != 0) {
        state.rip = (uintptr_t)leave;
        state.rsp = (pool & ~15ull) - 8;
        state.rflags = 0;
    }
    memcpy(e->state, &state, sizeof(state));
    return KERN_SUCCESS;
}

/* The first thread of each task: keeps up the number of others. */
static void
party_main(uint64_t seed)
{
    for (uint64_t n = 0;; n++) {
        mach_port_t *list = NULL, thread = MACH_PORT_NULL;
        mach_msg_type_number_t count = 0;

        if (task_threads(mach_task_self(), &list, &count) == KERN_SUCCESS) {
            for (unsigned i = 0; i < count; i++) {
                mach_port_deallocate_trap(list[i]);
            }
            vm_deallocate((vm_address_t)list, count * sizeof(*list));
        }
        if (count < 1 + WORKERS + SABOTEURS) {
            thread = thread_spawn(n % 7 < 1 ? sabotage : work,
                                  seed + (n << 20));
            mach_port_deallocate_trap(thread);
        } else {
            pause_ms(1);
        }
    }
}

static mach_port_t
party(uint64_t seed)
{
    unsigned which = seed & 1;
    mach_port_t task = task_make(MACH_PORT_NULL, party_main, seed,
                                 stacks[which], sizeof(stacks[which]), NULL);

    task_set_exception_ports(task, EXC_MASK_ALL, handler, EXCEPTION_STATE);
    return task;
}

static void
share(void)
{
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned p = i; p < PORTS; p += 2) {
            mach_port_insert_right(shared->tasks[i], ports[p], ports[p],
                                   MACH_MSG_TYPE_MOVE_RECEIVE);
        }
        mach_port_copy_space(shared->tasks[i], mach_task_self());
        for (unsigned p = 0; p < PORTS; p++) {
            mach_port_insert_right(shared->tasks[i], ports[p], ports[p],
                                   MACH_MSG_TYPE_COPY_SEND);
        }
    }
}

static bool
settled(const uint64_t before[16])
{
    uint64_t after[16] = { 0 };
    bool same = true;

    census(after);
    for (unsigned c = 0; c < CENSUS_COUNTS; c++) {
        if (after[c] > before[c] + slack[c]) {
            same = false;
        }
    }
    return same;
}

static void
report(const uint64_t before[16])
{
    uint64_t after[16] = { 0 };

    census(after);
    for (unsigned c = 0; c < CENSUS_COUNTS; c++) {
        mach_printf("# %s: %lu, were %lu\n", census_names[c], after[c],
                    before[c]);
    }
}

static void
round_run(uint64_t seed)
{
    uint64_t before[16] = { 0 }, start, end;
    bool same = false;
    char what[80];

    census(before);
    for (unsigned p = 0; p < PORTS; p++) {
        ports[p] = port_make();
    }
    start = clock_uptime();
    for (unsigned i = 0; i < 2; i++) {
        shared->tasks[i] = party(seed * 2 + i);
    }
    share();
    for (unsigned i = 0; i < 2; i++) {
        task_resume(shared->tasks[i]);
    }
    while (clock_uptime() < start + ROUND) {
        pause_ms(5);
    }
    for (unsigned i = 0; i < 2; i++) {
        task_terminate(shared->tasks[i]);
        mach_port_deallocate_trap(shared->tasks[i]);
    }
    end = clock_uptime();
    for (unsigned p = 0; p < PORTS; p++) {
        mach_port_deallocate_trap(ports[p]);
    }
    mach_snprintf(what, sizeof(what), "round %lu: the supervisor runs", seed);
    check(end - start < LONGEST, what, end - start);
    for (unsigned i = 0; i < 40 && !same; i++) {
        same = settled(before);
    }
    mach_snprintf(what, sizeof(what), "round %lu: nothing is left", seed);
    check(same, what, 0);
    if (!same) {
        report(before);
    }
}

/* "name=NUMBER" on the kernel's command line. */
static uint64_t
number(const char *line, const char *name, uint64_t otherwise)
{
    size_t length = strlen(name);
    uint64_t n = 0;

    for (; *line != '\0'; line++) {
        if (strncmp(line, name, length) == 0 && line[length] == '=') {
            for (line += length + 1; *line >= '0' && *line <= '9'; line++) {
                n = n * 10 + (uint64_t)(*line - '0');
            }
            return n;
        }
    }
    return otherwise;
}

int
main(const struct boot_info *info)
{
    uint64_t rounds = number(info->bi_command_line, "rounds", 4);
    uint64_t seed = number(info->bi_command_line, "seed", 1);
    vm_address_t page = 0;

    guest_start(info);
    vm_allocate(&page, PAGE, VM_FLAGS_ANYWHERE);
    shared = (struct shared *)page;
    mach_vm_inherit(mach_task_self(), page, PAGE, VM_INHERIT_SHARE);
    vm_allocate(&pool, POOL * PAGE, VM_FLAGS_ANYWHERE);
    thread_set_priority(mach_thread_self(), 200);
    guest_exception = handle;
    handler = port_make();
    mach_port_deallocate_trap(guest_catch_thread(handler));
    pause_ms(10);
    for (uint64_t i = 0; i < rounds; i++) {
        round_run(seed + i);
    }
    for (unsigned i = 0; i < DID_COUNTS; i++) {
        check(shared->did[i] >= rounds, counted[i], shared->did[i]);
        mach_printf("# %s: %lu\n", counted[i], shared->did[i]);
    }
    return guest_end();
}
