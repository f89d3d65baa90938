/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host arch layer of the calls: one thread runs, the clock stands still, the
 * scheduler is a list, there are no devices.
 */
#include <stdarg.h>
#include <base/printf.h>
#include <base/string.h>
#include <base/kalloc.h>
#include <kern/task.h>
#include <mach/mig_server.h>
#include <machine/clock.h>
#include <machine/cpu.h>
#include <machine/fpu.h>
#include <machine/pmap.h>
#include <machine/regs.h>
#include <machine/switch.h>
#include <machine/user_copy.h>
#include <sched/sched.h>
#include <sync/sync.h>
#include <vm/vm_map.h>
#include "calls.h"
#include "calls_machine.h"

struct thread *host_current;
static struct list ready = {&ready, &ready};

/* No devices are served. */
extern const struct mig_subsystem device_subsystem;
const struct mig_subsystem device_subsystem;

struct pmap *
host_current_pmap(void)
{
    return host_current->th_task->ta_map->vm_pmap;
}

bool
host_next_thread(void)
{
    struct list *l = list_pop_front(&ready);

    if (l == NULL) {
        return false;
    }
    host_current = list_entry(l, struct thread, th_run_link);
    host_current->th_state = TH_RUNNING;
    return true;
}

void
sched_enqueue(struct thread *th)
{
    if (th->th_suspend_count == 0 || (th->th_ast & AST_TERMINATE) != 0) {
        list_push_back(&ready, &th->th_run_link);
    }
}

void
sched_dequeue(struct thread *th)
{
    list_remove(&th->th_run_link);
}

void
sched_handoff(struct thread *th)
{
    sched_enqueue(th);
}

void
sched_arm(uint64_t deadline)
{
    (void)deadline;
}

void
sched_tick(void)
{
}

uint64_t
clock_uptime(void)
{
    return 1;
}

uint64_t
clock_cycles_to_ns(uint64_t cycles)
{
    return cycles;
}

void
clock_machine_setup(struct time_page *page, void (*tick)(void))
{
    (void)page;
    (void)tick;
}

void
clock_set_realtime(struct time_page *page, int64_t offset)
{
    (void)page;
    (void)offset;
}

size_t
fpu_state_size(void)
{
    return 512;
}

void
fpu_release(struct thread *th)
{
    (void)th;
}

kern_return_t
fpu_get_state(struct thread *th, void *buf)
{
    (void)th;
    memset(buf, 0, 512);
    return KERN_SUCCESS;
}

kern_return_t
fpu_set_state(struct thread *th, const void *buf)
{
    (void)th;
    (void)buf;
    return KERN_SUCCESS;
}

void
regs_init(struct machine_regs *r)
{
    memset(r, 0, sizeof(*r));
}

bool
machine_set_state(struct machine_regs *r, const x86_thread_state64_t *state)
{
    return regs_set_state(r, state) == KERN_SUCCESS;
}

kern_return_t
regs_set_state(struct machine_regs *r, const x86_thread_state64_t *state)
{
    memcpy(r, state, sizeof(*state));
    return KERN_SUCCESS;
}

void
regs_get_state(const struct machine_regs *r, x86_thread_state64_t *state)
{
    memcpy(state, r, sizeof(*state));
}

void
machine_switch(struct thread *th)
{
    (void)th;
}

void
machine_task_destroy(struct machine_task *mt, struct ledger *l)
{
    (void)mt;
    (void)l;
}

void
machine_random(void *buf, size_t size)
{
    memset(buf, 7, size);
}

void
machine_poweroff(int code)
{
    exit(code);
}

void
machine_reset(void)
{
    exit(1);
}

bool
user_store32(vm_address_t at, uint32_t value)
{
    return user_copy_to(at, &value, sizeof(value)) == 0;
}

void
kprintf(const char *format, ...)
{
    (void)format;
}

uint64_t
kalloc_in_use(void)
{
    return host_kalloc_bytes();
}

size_t
strlcpy(char *to, const char *from, size_t size)
{
    size_t n = strlen(from);

    if (size > 0) {
        size_t m = n < size - 1 ? n : size - 1;

        memcpy(to, from, m);
        to[m] = 0;
    }
    return n;
}

void
sched_load(uint64_t average[SCHED_LOADS], uint64_t factor[SCHED_LOADS])
{
    memset(average, 0, SCHED_LOADS * sizeof(*average));
    memset(factor, 0, SCHED_LOADS * sizeof(*factor));
}

uint64_t
sched_idle_cycles(void)
{
    return 0;
}

uint64_t
sched_cpu_time(const struct thread *th)
{
    return th->th_cpu_time;
}

/* The host's allocator has no slabs. */
bool
kalloc_class_info(unsigned c, slab_info_t *out)
{
    (void)c;
    (void)out;
    return false;
}

/* ---- the fast path of mach_msg, which no call here comes to ---- */

vm_address_t
pmap_window(struct pmap *to, vm_address_t at, size_t size)
{
    (void)to;
    (void)at;
    (void)size;
    return 0; /* none can be had */
}

void
pmap_window_close(void)
{
}

void
pmap_window_done(void)
{
}

struct sched_now sched_now = { .sn_best = SCHED_HANDOFF };

void
machine_hand_over(struct thread *prev, struct thread *th)
{
    (void)prev;
    (void)th;
}

/* No thread of these tests makes synchronous calls. */
void
sync_thread_exit(struct thread *th)
{
    (void)th;
}
