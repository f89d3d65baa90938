/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The course of each flood (see README.md).
 *
 *   first task   the machine's ledger; waits
 *     controller   reserve: it can always kill and count
 *     server       its own reserve
 *     bystander    its own reserve
 *     flooder      a carved ledger, or the first task's
 */
#include <host/host.h>
#include <mach_port/mach_port.h>
#include <mach_vm/mach_vm.h>
#include <mach/task_info.h>
#include <task/task.h>
#include <thread/thread.h>
#include "floods.h"

#define ITEMS 5 /* of a ledger */
#define MIB (1ull << 20)
#define LIMIT_MS 60000 /* for one flood */
#define LONGEST (200 * MS) /* of counted time; a page a second is asked */

static const char *const items[ITEMS] = { "kernel memory", "pages", "ports",
                                          "threads", "tasks" };
struct shared *shared;
mach_port_t server_port;
static mach_port_t first_task, root_ledger, own_ledger, handler;
static uint8_t stacks[4][16384] __attribute__((aligned(16)));

/* To flood_park(); one that can't even get there, since its page can't be
 * mapped, is refused, which ends its task. */
static kern_return_t
lead_away(struct guest_exception *e)
{
    x86_thread_state64_t state;

    shared->exception = (uint32_t)e->exception;
    shared->error = (uint32_t)e->code;
    shared->done = 1;
    memcpy(&state, e->state, sizeof(state));
    if (state.rip == (uintptr_t)flood_park ||
        state.rdi == (uintptr_t)flood_park) {
        return KERN_FAILURE;
    }
    state.rdi = (uintptr_t)flood_park; /* on its way there */
    state.rip = (uintptr_t)flood_park;
    state.rsp = (state.rsp & ~15ull) - 8;
    memcpy(e->state, &state, sizeof(state));
    return KERN_SUCCESS;
}

static mach_port_t
carve(mach_port_t task, const uint64_t limits[ITEMS],
      const uint64_t reserve[ITEMS])
{
    mach_port_t ledger = MACH_PORT_NULL;
    kern_return_t kr = ledger_create(task, limits, &ledger);

    if (kr == KERN_SUCCESS && reserve != NULL) {
        kr = ledger_set_reserve(ledger, reserve);
    }
    if (kr != KERN_SUCCESS) {
        check(false, "a ledger", (uint64_t)kr);
    }
    return ledger;
}

/* A party: a task with a copy of this one's memory and its send rights, under
 * the same names; suspended. */
static mach_port_t
party(mach_port_t ledger, const char *name, void (*fn)(uint64_t),
      uint64_t arg, unsigned stack)
{
    mach_port_t task = task_make(ledger, fn, arg, stacks[stack],
                                 sizeof(stacks[stack]), NULL);

    mach_port_copy_space(task, mach_task_self());
    task_set_name(task, name);
    return task;
}

static void
party_go(mach_port_t task)
{
    task_resume(task);
    mach_port_deallocate_trap(task);
}

static void
hold_bystander(bool hold)
{
    shared->hold = hold;
    while (hold && !shared->held) {
        pause_ms(1);
    }
}

/* The machine's ledger and the census, with the parties at rest.  What the
 * controller itself needs (its name space grows) is not counted. */
struct account {
    uint64_t used[ITEMS], limit[ITEMS], counts[16];
};
#define CACHES (32 * 1024) /* bytes of caches that nobody is charged for */
#define SLABS 64           /* pages of slabs in part or wholly empty */

static void
take_account(struct account *a)
{
    uint64_t own[ITEMS], limit[ITEMS];

    hold_bystander(true);
    census(a->counts);
    ledger_info(root_ledger, a->used, a->limit);
    ledger_info(own_ledger, own, limit);
    a->counts[CENSUS_BYTES] -= own[0];
    a->counts[CENSUS_PAGES] -= own[1] + own[0] / PAGE;
    hold_bystander(false);
}

static bool
balanced(const struct account *a, const struct account *b)
{
    bool same = memcmp(a->used, b->used, sizeof(a->used)) == 0;

    for (unsigned i = 0; i < CENSUS_COUNTS; i++) {
        uint64_t more = i == CENSUS_BYTES ? CACHES
                                          : i == CENSUS_PAGES ? SLABS : 0;

        same = same && b->counts[i] - a->counts[i] + more <= 2 * more;
    }
    return same;
}

static void
show(const struct account *before, const struct account *after)
{
    for (unsigned i = 0; i < ITEMS; i++) {
        mach_printf("# ledger, %s: %lu before, %lu after\n", items[i],
                    before->used[i], after->used[i]);
    }
    for (unsigned i = 0; i < CENSUS_COUNTS; i++) {
        mach_printf("# census, %s: %lu before, %lu after\n", census_names[i],
                    before->counts[i], after->counts[i]);
    }
}

/* Every task of this name ends; how many there were. */
static unsigned
kill_all(const char *name)
{
    mach_port_t *tasks = NULL;
    mach_msg_type_number_t n = 0;
    unsigned killed = 0;

    if (host_tasks(host_priv, &tasks, &n) != KERN_SUCCESS) {
        check(false, "host_tasks", 0);
        return 0;
    }
    for (unsigned i = 0; i < n; i++) {
        char of[64] = "";

        if (task_get_name(tasks[i], of) == KERN_SUCCESS &&
            strcmp(of, name) == 0) {
            killed += task_terminate(tasks[i]) == KERN_SUCCESS;
        }
        mach_port_deallocate_trap(tasks[i]);
    }
    if (n != 0) {
        vm_deallocate((vm_address_t)tasks, n * sizeof(*tasks));
    }
    return killed;
}

/* Let it run until it is refused, and a while longer. */
static bool
flood_run(const struct flood *f, const char *under, mach_port_t ledger)
{
    uint32_t ticks = shared->ticks;
    uint64_t start = clock_uptime(), end = start + LIMIT_MS * MS;
    mach_port_t task;

    shared->done = 0;
    shared->error = 0;
    shared->exception = 0;
    shared->count = 0;
    shared->longest = 0;
    task = party(ledger, "flooder", f->fn, 0, 3);
    task_set_exception_ports(task, EXC_MASK_ALL, handler, EXCEPTION_STATE);
    party_go(task);
    while (!shared->done && clock_uptime() < end) {
        pause_ms(10);
    }
    pause_ms(100); /* now that there is nothing left */
    mach_printf("# %s, %s: %lu times, then %x (exception %u); %lu ms, "
                "bystander %u ticks, longest %lu ms\n",
                f->name, under, shared->count, shared->error,
                shared->exception, (clock_uptime() - start) / MS,
                shared->ticks - ticks, shared->longest / MS);
    while (kill_all("flooder") != 0) {
        continue; /* some may have been made meanwhile */
    }
    return shared->ticks > ticks;
}

static bool
is_refusal(uint32_t code)
{
    return code == KERN_RESOURCE_SHORTAGE || code == MACH_SEND_NO_BUFFER ||
           code == MACH_RCV_BODY_ERROR; /* no room for the right it got */
}

/* For tools/counter: what comes now is another flood. */
static void
mark(void)
{
    __asm__ volatile(".byte 0x0f, 0x1f, 0x80; .ascii \"mark\"");
}

static void
flood_check(const struct flood *f, const char *under, mach_port_t ledger)
{
    struct account before, after;
    uint64_t end;
    bool ticked;
    char what[80];

    take_account(&before);
    ticked = flood_run(f, under, ledger);
    mach_snprintf(what, sizeof(what), "%s, %s: an error to the flooder",
                  f->name, under);
    check(shared->done && is_refusal(shared->error), what, shared->error);
    mach_snprintf(what, sizeof(what), "%s, %s: the bystander goes on",
                  f->name, under);
    check(ticked && shared->failed == 0 && shared->longest < LONGEST, what,
          shared->failed != 0 ? (uint64_t)shared->where << 32 | shared->failed
                              : shared->longest);
    shared->failed = 0;
    end = clock_uptime() + 10000 * MS;
    do { /* the reaper has much to do */
        take_account(&after);
    } while (!balanced(&before, &after) && clock_uptime() < end);
    mach_snprintf(what, sizeof(what), "%s, %s: all is given back", f->name,
                  under);
    check(balanced(&before, &after), what, 0);
    if (!balanced(&before, &after)) {
        show(&before, &after);
    }
}

static void
start_parties(void)
{
    const uint64_t limits[ITEMS] = { MIB, 256, 64, 8, 2 };
    mach_port_t task;

    server_port = port_make();
    task = party(carve(mach_task_self(), limits, limits), "server",
                 server_main, 0, 1);
    mach_port_insert_right(task, server_port, server_port,
                           MACH_MSG_TYPE_MOVE_RECEIVE);
    party_go(task);
    party_go(party(carve(mach_task_self(), limits, limits), "bystander",
                   bystander_main, 0, 2));
}

static void
controller_main(uint64_t arg)
{
    const uint64_t limits[ITEMS] = { 4 * MIB, 1024, 4096, 256, 32 };

    (void)arg;
    guest_exception = lead_away;
    handler = port_make();
    guest_catch_thread(handler);
    task_get_ledger(mach_task_self(), &own_ledger);
    start_parties();
    for (unsigned i = 0; i < flood_count; i++) {
        mach_port_t ledger = carve(first_task, limits, NULL);

        mark();
        flood_check(&floods[i], "carved", ledger);
        mach_port_deallocate_trap(ledger);
        flood_check(&floods[i], "inherited", root_ledger);
    }
    check(shared->answered != 0, "the server has answered", 0);
    guest_end();
}

int
main(const struct boot_info *info)
{
    const uint64_t limits[ITEMS] = { 8 * MIB, 3000, 20000, 100, 10 };
    vm_address_t page = 0;
    kern_return_t kr;

    guest_start(info);
    vm_allocate(&page, PAGE, VM_FLAGS_ANYWHERE);
    shared = (struct shared *)page;
    kr = mach_vm_inherit(mach_task_self(), page, PAGE, VM_INHERIT_SHARE);
    CHECK_KR(kr, "a page for all");
    kr = task_get_special_port(mach_task_self(), TASK_KERNEL_PORT,
                               &first_task);
    CHECK_KR(kr, "this task's port");
    kr = task_get_ledger(mach_task_self(), &root_ledger);
    CHECK_KR(kr, "the machine's ledger");
    party_go(party(carve(mach_task_self(), limits, limits), "controller",
                   controller_main, 0, 0));
    for (;;) {
        pause_ms(10000);
    }
}
