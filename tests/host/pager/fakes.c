/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fakes for ipc, sched and the clock.
 */
#include <machine/clock.h>
#include "fakes.h"

struct fake_state fake;
struct vm_map *fake_map;
struct thread *host_current;
unsigned host_windows; /* how often interrupts were let in */
void (*host_interrupt)(void);
static struct thread the_thread;

struct ipc_port *
fake_port(void)
{
    struct ipc_port *p = calloc(1, sizeof(*p));

    CHECK(p != NULL);
    host_current = &the_thread;
    p->ip_state = IPS_SPACE;
    p->ip_srights = 1;
    return p;
}

struct vm_map *
vm_current_map(void)
{
    return fake_map;
}

struct pmap *
host_current_pmap(void)
{
    return fake_map->vm_pmap;
}

uint64_t
clock_uptime(void)
{
    return fake.now;
}

void
wait_queue_init(struct wait_queue *wq)
{
    list_init(&wq->wq_threads);
}

unsigned
wait_queue_wake_all(struct wait_queue *wq, kern_return_t result)
{
    (void)wq;
    (void)result;
    fake.wakes++;
    return 0;
}

kern_return_t
thread_wait(struct wait_queue *wq, continuation_t k, uint64_t deadline,
            unsigned flags)
{
    (void)wq;
    CHECK(k == NULL && deadline > fake.now && deadline != WAIT_FOREVER);
    the_thread.th_wait_flags = flags;
    the_thread.th_wait_result = KERN_SUCCESS;
    fake.waits++;
    return KERN_BLOCKED;
}

bool
ipc_port_active(const struct ipc_port *port)
{
    return port != NULL && port->ip_state != IPS_DEAD;
}

struct ipc_port *
ipc_port_copy_send(struct ipc_port *port)
{
    port->ip_srights++;
    return port;
}

void
ipc_port_release_send(struct ipc_port *port)
{
    CHECK(port->ip_srights > 0);
    port->ip_srights--;
}

struct ipc_port *
ipc_kobject_port(enum ipc_kobject_kind kind, void *object, struct ledger *l)
{
    (void)kind;
    (void)object;
    (void)l;
    return host_inject() ? NULL : fake_port();
}

void
ipc_kobject_destroy(struct ipc_port *port)
{
    free(port);
}

/* ---- messages to the pager ---- */

static kern_return_t
sent(struct memory_control *mc, enum sent what, uint64_t offset,
     uint64_t length)
{
    if (fake.send_result != KERN_SUCCESS) {
        return fake.send_result;
    }
    fake.last = what;
    fake.count[what]++;
    fake.control = mc;
    fake.offset = offset;
    fake.length = length;
    return KERN_SUCCESS;
}

kern_return_t
pager_send_init(struct memory_control *mc)
{
    return sent(mc, SENT_INIT, 0, 0);
}

kern_return_t
pager_send_request(struct memory_control *mc, uint64_t offset,
                   uint64_t length, vm_prot_t access)
{
    (void)access;
    return sent(mc, SENT_REQUEST, offset, length);
}

kern_return_t
pager_send_unlock(struct memory_control *mc, uint64_t offset,
                  uint64_t length, vm_prot_t access)
{
    (void)access;
    return sent(mc, SENT_UNLOCK, offset, length);
}

kern_return_t
pager_send_return(struct memory_control *mc, uint64_t offset,
                  struct vm_map_copy *data, uint64_t size, bool dirty,
                  bool kernel_copy)
{
    kern_return_t kr = sent(mc, SENT_RETURN, offset, size);

    if (kr == KERN_SUCCESS) {
        fake.dirty = dirty;
        fake.kernel_copy = kernel_copy;
        OK(vm_map_copy_read(data, 0, &fake.first_byte, 1));
        vm_map_copy_discard(data);
    }
    return kr;
}

kern_return_t
pager_send_completed(struct memory_control *mc, uint64_t offset,
                     uint64_t length)
{
    return sent(mc, SENT_COMPLETED, offset, length);
}

kern_return_t
pager_send_terminate(struct memory_control *mc)
{
    return sent(mc, SENT_TERMINATE, 0, 0);
}
