/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The floods: each takes one thing until it is refused, and keeps it.
 *
 * An error is told by stop(); an exception (memory that is touched) is told by
 * the task's handler, which leads the thread to flood_park().
 */
#include <clock/clock.h>
#include <host/host.h>
#include <mach/host_info.h>
#include <mach_port/mach_port.h>
#include <mach_vm/mach_vm.h>
#include <task/task.h>
#include <mach/traps.h>
#include <thread/thread.h>
#include "floods.h"

#define BUSY 1000      /* threads that do nothing but run */
#define RIGHTS 1024
#define BIG 8192       /* bytes of a message */
#define OOL (256 * 1024)
#define REGION (1ull << 36)

void
flood_park(void)
{
    shared->done = 1;
    for (;;) {
        pause_ms(1000);
    }
}

static void
stop(kern_return_t kr)
{
    shared->error = (uint32_t)kr;
    flood_park();
}

/* 8 KiB messages to the task's own port through send-once rights, which no
 * queue limit holds back. */
static void
flood_messages(uint64_t arg)
{
    static struct {
        mach_msg_header_t head;
        uint8_t body[BIG - sizeof(mach_msg_header_t)];
    } m;
    mach_port_t port = mach_reply_port();
    kern_return_t kr;

    (void)arg;
    do {
        m.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND_ONCE, 0);
        m.head.msgh_size = sizeof(m);
        m.head.msgh_remote_port = port;
        kr = mach_msg(&m.head, MACH_SEND_MSG, sizeof(m), 0, MACH_PORT_NULL, 0,
                      MACH_PORT_NULL);
        shared->count++;
    } while (kr == KERN_SUCCESS);
    stop(kr);
}

static void
flood_ports(uint64_t arg)
{
    mach_port_t port;
    kern_return_t kr;

    (void)arg;
    do {
        kr = mach_port_allocate_trap(MACH_PORT_RIGHT_RECEIVE, &port);
        shared->count++;
    } while (kr == KERN_SUCCESS);
    stop(kr);
}

/* Dead names: a right each, no port. */
static void
flood_names(uint64_t arg)
{
    mach_port_t port;
    kern_return_t kr;

    (void)arg;
    do {
        kr = mach_port_allocate_trap(MACH_PORT_RIGHT_DEAD_NAME, &port);
        shared->count++;
    } while (kr == KERN_SUCCESS);
    stop(kr);
}

static void
flood_threads(uint64_t arg)
{
    mach_port_t thread;
    kern_return_t kr;

    (void)arg;
    do {
        kr = thread_create(mach_task_self(), &thread);
        shared->count++;
    } while (kr == KERN_SUCCESS);
    stop(kr);
}

static void
busy(void)
{
    for (;;) {
        continue;
    }
}

/* Threads that all want the processor, for ever. */
static void
flood_busy(uint64_t arg)
{
    x86_thread_state64_t state = { .rip = (uintptr_t)busy };
    mach_port_t thread;
    kern_return_t kr;

    (void)arg;
    do {
        kr = thread_create_running(mach_task_self(), x86_THREAD_STATE64,
                                   (natural_t *)&state,
                                   x86_THREAD_STATE64_COUNT, &thread);
        shared->count++;
    } while (kr == KERN_SUCCESS && shared->count < BUSY);
    stop(kr == KERN_SUCCESS ? KERN_RESOURCE_SHORTAGE : kr);
}

/* Without a stack: waits as its registers say, then for a futex, for ever. */
void wait_for_ever(void);
__asm__(".text\n"
        "wait_for_ever:\n"
        "    syscall\n"
        "1:  lea waited_for(%rip), %rdi\n"
        "    xor %esi, %esi\n"
        "    mov $-1, %rdx\n"
        "    xor %r10d, %r10d\n"
        "    mov $-13, %rax\n" /* futex_wait */
        "    syscall\n"
        "    jmp 1b\n");
_Static_assert(TRAP_futex_wait == 13, "above");
uint32_t waited_for;

/* Threads that wait all for one thing, and are all woken in one call. */
static void
flood_waiting(uint64_t arg)
{
    mach_port_t port = port_make(), thread;
    x86_thread_state64_t state = {
        .rip = (uintptr_t)wait_for_ever,
        .rax = -(uint64_t)TRAP_mach_msg,
        .rsi = MACH_RCV_MSG,
        .r10 = port,
    };
    kern_return_t kr;
    uint64_t woken;

    (void)arg;
    do {
        kr = thread_create_running(mach_task_self(), x86_THREAD_STATE64,
                                   (natural_t *)&state,
                                   x86_THREAD_STATE64_COUNT, &thread);
        shared->count++;
    } while (kr == KERN_SUCCESS);
    pause_ms(200);
    mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_RECEIVE, -1);
    pause_ms(200);
    futex_wake(&waited_for, ~0u, 0, &woken);
    stop(kr);
}

/* Every other page of a region gets a protection of its own. */
static vm_address_t
split(kern_return_t *kr)
{
    vm_address_t start = 0, at;

    *kr = vm_allocate(&start, REGION, VM_FLAGS_ANYWHERE);
    for (at = start; *kr == KERN_SUCCESS; at += 2 * PAGE) {
        *kr = vm_protect(at, PAGE, FALSE, VM_PROT_READ);
        shared->count++;
    }
    return start;
}

/* All of the entries in one call, too. */
static void
flood_entries(uint64_t arg)
{
    kern_return_t kr;
    vm_address_t start = split(&kr);
    vm_size_t half = shared->count / 2 * 2 * PAGE;
    mach_port_t task = MACH_PORT_NULL;

    (void)arg;
    vm_deallocate(start + half, REGION - half);
    if (task_create(mach_task_self(), MACH_PORT_NULL, TRUE, &task) ==
        KERN_SUCCESS) {
        task_terminate(task);
    }
    mach_vm_inherit(mach_task_self(), start, half, VM_INHERIT_NONE);
    vm_protect(start, half, FALSE, VM_PROT_READ);
    split(&kr);
    vm_deallocate(start, REGION);
    split(&kr);
    stop(kr);
}

static void
flood_pages(uint64_t arg)
{
    vm_address_t at = 0;
    kern_return_t kr = vm_allocate(&at, REGION, VM_FLAGS_ANYWHERE);

    (void)arg;
    for (; kr == KERN_SUCCESS; at += PAGE) {
        *(volatile uint64_t *)at = 1;
        shared->count++;
    }
    stop(kr);
}

/* Queue memory out of line, and write to what it was copied from. */
static void
flood_memory(uint64_t arg)
{
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_ool_descriptor_t data;
    } m = { { 0 }, { 1 }, { 0 } };
    mach_port_t port = mach_reply_port();
    vm_address_t at = 0;
    kern_return_t kr = vm_allocate(&at, OOL, VM_FLAGS_ANYWHERE);

    (void)arg;
    while (kr == KERN_SUCCESS) {
        for (vm_address_t p = at; p < at + OOL; p += PAGE) {
            *(volatile uint64_t *)p = 1;
        }
        m.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND_ONCE, 0) |
                           MACH_MSGH_BITS_COMPLEX;
        m.head.msgh_size = sizeof(m);
        m.head.msgh_remote_port = port;
        m.data.address = at;
        m.data.size = OOL;
        m.data.copy = MACH_MSG_VIRTUAL_COPY;
        m.data.type = MACH_MSG_OOL_DESCRIPTOR;
        kr = mach_msg(&m.head, MACH_SEND_MSG, sizeof(m), 0, MACH_PORT_NULL, 0,
                      MACH_PORT_NULL);
        shared->count++;
    }
    stop(kr);
}

static void
flood_tasks(uint64_t arg)
{
    mach_port_t task;
    kern_return_t kr;

    (void)arg;
    do {
        kr = task_create(mach_task_self(), MACH_PORT_NULL, TRUE, &task);
        shared->count++;
    } while (kr == KERN_SUCCESS);
    stop(kr);
}

/* Every child does the same, until nobody can. */
static void
flood_forks(uint64_t arg)
{
    static uint8_t stack[8192];

    while (task_spawn(MACH_PORT_NULL, flood_forks, arg + 1, stack,
                      sizeof(stack), NULL) != MACH_PORT_NULL) {
        __atomic_fetch_add(&shared->count, 1, __ATOMIC_SEQ_CST);
    }
    stop(KERN_RESOURCE_SHORTAGE);
}

/* Ask the server, and never look at the answers. */
static void
flood_replies(uint64_t arg)
{
    mach_port_t port = mach_reply_port();
    struct echo m = { .value = 0 };
    kern_return_t kr;

    (void)arg;
    do {
        m.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                          MACH_MSG_TYPE_MAKE_SEND_ONCE);
        m.head.msgh_size = ECHO_SIZE;
        m.head.msgh_remote_port = server_port;
        m.head.msgh_local_port = port;
        m.head.msgh_id = ECHO;
        kr = mach_msg(&m.head, MACH_SEND_MSG, ECHO_SIZE, 0, MACH_PORT_NULL, 0,
                      MACH_PORT_NULL);
        shared->count++;
    } while (kr == KERN_SUCCESS);
    stop(kr);
}

static void
flood_timers(uint64_t arg)
{
    mach_port_t port = port_make(), timer;
    uint64_t later = clock_uptime() + 3600000 * MS;
    kern_return_t kr;

    (void)arg;
    do {
        kr = timer_create(mach_host_self(), port, &timer);
        if (kr == KERN_SUCCESS) {
            kr = timer_arm(timer, later, 0);
        }
        shared->count++;
    } while (kr == KERN_SUCCESS);
    stop(kr);
}

static void
flood_alarms(uint64_t arg)
{
    mach_port_t port = mach_reply_port(), clock = MACH_PORT_NULL;
    kern_return_t kr = host_get_clock_service(mach_host_self(), SYSTEM_CLOCK,
                                              &clock);

    (void)arg;
    while (kr == KERN_SUCCESS) {
        kr = clock_alarm(clock, TIME_RELATIVE, 3600000 * (int64_t)MS, port);
        shared->count++;
    }
    stop(kr);
}

/* Messages with arrays of rights, to the task's own port. */
static void
flood_rights(uint64_t arg)
{
    static mach_port_t names[RIGHTS];
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_ool_ports_descriptor_t ports;
    } m = { { 0 }, { 1 }, { 0 } };
    mach_port_t port = port_make();
    kern_return_t kr;

    (void)arg;
    for (unsigned i = 0; i < RIGHTS; i++) {
        names[i] = port;
    }
    do {
        m.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND_ONCE, 0) |
                           MACH_MSGH_BITS_COMPLEX;
        m.head.msgh_size = sizeof(m);
        m.head.msgh_remote_port = port;
        m.ports.address = (uintptr_t)names;
        m.ports.count = RIGHTS;
        m.ports.disposition = MACH_MSG_TYPE_COPY_SEND;
        m.ports.type = MACH_MSG_OOL_PORTS_DESCRIPTOR;
        kr = mach_msg(&m.head, MACH_SEND_MSG, sizeof(m), 0, MACH_PORT_NULL, 0,
                      MACH_PORT_NULL);
        shared->count++;
    } while (kr == KERN_SUCCESS);
    stop(kr);
}

static void
flood_memory_entries(uint64_t arg)
{
    vm_address_t at = 0;
    mach_port_t entry;
    kern_return_t kr = vm_allocate(&at, PAGE, VM_FLAGS_ANYWHERE);

    (void)arg;
    while (kr == KERN_SUCCESS) {
        vm_size_t size = PAGE;

        kr = mach_make_memory_entry(mach_task_self(), &size, at,
                                    VM_PROT_READ, MACH_PORT_NULL, &entry);
        shared->count++;
    }
    stop(kr);
}

const struct flood floods[] = {
    { "messages", flood_messages },
    { "ports", flood_ports },
    { "dead names", flood_names },
    { "threads", flood_threads },
    { "busy threads", flood_busy },
    { "waiting threads", flood_waiting },
    { "map entries", flood_entries },
    { "pages", flood_pages },
    { "out-of-line memory", flood_memory },
    { "tasks", flood_tasks },
    { "forks", flood_forks },
    { "replies", flood_replies },
    { "timers", flood_timers },
    { "memory entries", flood_memory_entries },
    { "alarms", flood_alarms },
    { "out-of-line rights", flood_rights },
};
const unsigned flood_count = sizeof(floods) / sizeof(floods[0]);
