/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Batches: an attacking task is started, watched, and ended with everything
 * that it has made; then the kernel has as many objects as before.
 */
#include <host/host.h>
#include <mach_port/mach_port.h>
#include <task/task.h>
#include <thread/thread.h>
#include <mach/exception.h>
#include <mach/task_info.h>
#include "batch.h"

#define STACK 65536
#define SEED_STEP 1000003
#define STALL 40        /* looks without progress until it is ended */
#define LOOK_MS 50
#define CACHED_MESSAGES 200
#define CENSUS 8
#define PAGES 5
#define PAGES_SLACK 64

static uint8_t stack[STACK] __attribute__((aligned(16)));
static const char *const names[CENSUS] = { "tasks", "threads", "ports",
                                           "messages", "objects", "pages",
                                           "bytes", "spaces" };
static uint64_t own_id;

static uint64_t
task_id(mach_port_t task)
{
    uint64_t info[64];
    mach_msg_type_number_t n = 64;

    return task_info(task, TASK_BASIC_INFO, info, &n) == KERN_SUCCESS
               ? info[6]
               : ~0ull;
}

/* All tasks but this one. */
static void
end_all(void)
{
    mach_port_t *tasks = NULL;
    mach_msg_type_number_t n = 0;

    if (own_id == 0) {
        own_id = task_id(mach_task_self());
    }
    if (host_tasks(supervisor_host_priv, &tasks, &n) != KERN_SUCCESS) {
        return;
    }
    for (mach_msg_type_number_t i = 0; i < n; i++) {
        uint64_t id = task_id(tasks[i]);

        if (id != own_id && id != ~0ull) {
            task_terminate(tasks[i]);
        }
        mach_port_deallocate_trap(tasks[i]);
    }
    vm_deallocate((vm_address_t)(uintptr_t)tasks, n * sizeof(*tasks));
}

static void
census(uint64_t counts[16])
{
    mach_msg_type_number_t n = 16;

    for (unsigned i = 0; i < CENSUS; i++) {
        counts[i] = 0;
    }
    host_census(mach_host_self(), counts, &n);
}

/*
 * As many as before?  The supervisor's own pages come and go a little, by
 * copy-on-write, but their number does not grow.
 */
static bool
as_before(const uint64_t before[16], const uint64_t now[16])
{
    for (unsigned i = 0; i < CENSUS; i++) {
        if (i == PAGES ? now[i] > before[i] + PAGES_SLACK
                       : now[i] != before[i]) {
            return false;
        }
    }
    return true;
}

/* At the latest after two seconds. */
static bool
census_returns(const uint64_t before[16])
{
    uint64_t now[16];

    for (unsigned tries = 0; tries < 200; tries++) {
        thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 10);
        census(now);
        if (as_before(before, now)) {
            return true;
        }
    }
    for (unsigned i = 0; i < CENSUS; i++) {
        if (before[i] != now[i]) {
            mach_printf("# %s: %lu before, %lu after\n", names[i], before[i],
                        now[i]);
        }
    }
    return false;
}

static mach_port_t
start_attacker(mach_port_t ledger)
{
    x86_thread_state64_t state = {
        .rip = (uintptr_t)attack_main,
        .rsp = (uintptr_t)stack + STACK - 8,
    };
    mach_port_t task = MACH_PORT_NULL, thread = MACH_PORT_NULL;

    if (task_create(mach_task_self(), ledger, TRUE, &task) != KERN_SUCCESS) {
        return MACH_PORT_NULL;
    }
    if (mach_port_insert_right(task, progress->host_priv,
                               supervisor_host_priv,
                               MACH_MSG_TYPE_COPY_SEND) != KERN_SUCCESS ||
        thread_create_running(task, x86_THREAD_STATE64, (natural_t *)&state,
                              x86_THREAD_STATE64_COUNT,
                              &thread) != KERN_SUCCESS) {
        task_terminate(task);
    }
    mach_port_deallocate_trap(thread);
    return task;
}

/* Wait until it has done its part, or makes no progress any more. */
static bool
watch_attacker(void)
{
    uint64_t seen = 0;

    for (unsigned still = 0; still < STALL; still++) {
        for (unsigned i = 0; i < LOOK_MS && !progress->done; i++) {
            thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 1);
        }
        if (progress->done) {
            return true;
        }
        if (progress->sent != seen) {
            seen = progress->sent;
            still = 0;
        }
    }
    return false;
}

enum what {
    RANDOM, PRINTED, FORGED
};

static void
batch_one(uint64_t seed, uint64_t count, enum what what)
{
    uint64_t full[5] = { 8 << 20, 4096, 3000, 200, 100 };
    uint64_t tiny[5] = { 160 << 10, 400, 300, 16, 8 };
    mach_port_t ledger = MACH_PORT_NULL, task;

    memset(progress, 0, sizeof(*progress));
    progress->seed = seed;
    progress->count = count;
    progress->print = what == PRINTED;
    progress->forge = what == FORGED;
    progress->host_priv = supervisor_host_priv;
    if (ledger_create(mach_task_self(), seed % 4 == 3 ? tiny : full,
                      &ledger) != KERN_SUCCESS) {
        return;
    }
    task = start_attacker(ledger);
    if (task != MACH_PORT_NULL) {
        watch_attacker();
        task_terminate(task);
        mach_port_deallocate_trap(task);
    }
    mach_port_deallocate_trap(ledger);
    end_all();
    /* What the host keeps of an attacker. */
    host_set_exception_ports(supervisor_host_priv, EXC_MASK_ALL,
                             MACH_PORT_NULL, EXCEPTION_DEFAULT);
}

/* The machine still does what it is asked. */
static bool
still_answers(void)
{
    mach_port_t task = MACH_PORT_NULL;
    vm_address_t at = 0;
    bool good = vm_allocate(&at, MACH_PAGE_SIZE, VM_FLAGS_ANYWHERE) ==
                KERN_SUCCESS;

    if (good) {
        *(volatile uint64_t *)at = 1;
        vm_deallocate(at, MACH_PAGE_SIZE);
    }
    good = good && task_create(mach_task_self(), MACH_PORT_NULL, FALSE,
                               &task) == KERN_SUCCESS;
    if (good) {
        task_terminate(task);
        mach_port_deallocate_trap(task);
    }
    return good;
}

static void
show_last(uint64_t batch)
{
    mach_printf("# batch %lu ended at message %lu (size %u):\n", batch,
                progress->sent, progress->last_size);
    for (unsigned i = 0; i < 16; i += 8) {
        const uint32_t *w = progress->last + i;

        mach_printf("#   %08x %08x %08x %08x %08x %08x %08x %08x\n", w[0],
                    w[1], w[2], w[3], w[4], w[5], w[6], w[7]);
    }
}

static struct totals {
    uint64_t sent, accepted, answered, aborted, early, spoilt;
} totals;

/* What an attacker does to its memory it may do to the page that it shares
 * with us: what can't be true counts for nothing. */
static bool
is_plausible(const struct progress *p)
{
    return p->sent <= BATCH && p->accepted <= p->sent &&
           p->answered <= p->accepted && p->aborted <= p->sent;
}

static void
add_totals(void)
{
    if (!is_plausible(progress)) {
        totals.spoilt++;
        return;
    }
    totals.sent += progress->sent;
    totals.accepted += progress->accepted;
    totals.answered += progress->answered;
    totals.aborted += progress->aborted;
    totals.early += !progress->done;
}

/* The kernel keeps some small messages, once there were so many. */
static void
fill_cache(void)
{
    mach_port_name_t port = mach_reply_port();

    mach_port_set_qlimit(mach_task_self(), port, MACH_PORT_QLIMIT_MAX);
    for (unsigned i = 0; i < CACHED_MESSAGES; i++) {
        mach_msg_header_t m = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
            .msgh_remote_port = port,
        };

        mach_msg(&m, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(m), 0,
                 MACH_PORT_NULL, 0, MACH_PORT_NULL);
    }
    mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_RECEIVE, -1);
}

/* The first batches fill other caches. */
static void
warm_up(uint64_t seed, uint64_t before[16])
{
    fill_cache();
    for (uint64_t i = 0; i < 4; i++) {
        batch_one(seed + i, BATCH, RANDOM);
    }
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 200);
    census(before);
}

void
batch_again(uint64_t batch, uint64_t seed, uint64_t messages)
{
    uint64_t before[16];

    warm_up(seed, before);
    batch_one(seed * SEED_STEP + batch, messages, PRINTED);
    check(progress->done, "the batch came to its end", progress->sent);
    check(still_answers() && census_returns(before),
          "after it everything is as it was", batch);
}

void
batch_forge(void)
{
    batch_one(0, 0, FORGED);
    check(progress->done && progress->wrong == 0,
          "every forged notification is refused", progress->wrong);
    check(progress->kinds >= 14, "at ports of every kind", progress->kinds);
    check(progress->lost == 0, "and has no effect", progress->lost);
}

bool
batches_run(uint64_t messages, uint64_t seed)
{
    uint64_t before[16];
    bool good = true;

    warm_up(seed, before);
    for (uint64_t batch = 0; totals.sent < messages && good; batch++) {
        mach_printf("# batch %lu of seed %lu\n", batch, seed);
        batch_one(seed * SEED_STEP + batch, BATCH, RANDOM);
        add_totals();
        good = still_answers() && census_returns(before);
        if (!good) {
            show_last(batch);
        }
    }
    mach_printf("# %lu messages: %lu accepted, %lu answered with success, "
                "%lu waits ended, %lu attackers ended early, %lu spoilt their "
                "counts\n", totals.sent, totals.accepted, totals.answered,
                totals.aborted, totals.early, totals.spoilt);
    check(good, "after each batch everything is as it was", totals.sent);
    check(totals.accepted * 4 > totals.sent, "a quarter was accepted",
          totals.accepted);
    check(totals.answered * 20 > totals.sent,
          "one in twenty was carried out", totals.answered);
    return good;
}
