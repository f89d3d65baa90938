/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is attacked: victim tasks with threads that run, wait and are
 * suspended, and a port of each other kind, all made by the attacker itself.
 */
#include <device/device.h>
#include <host/host.h>
#include <mach_port/mach_port.h>
#include <mach_vm/mach_vm.h>
#include <task/task.h>
#include <thread/thread.h>
#include "fuzz.h"

#define BUFFER 65536u
#define VICTIMS 3

static uint8_t buffer[BUFFER] __attribute__((aligned(4096)));
static uint8_t victim_stack[8192] __attribute__((aligned(16)));
static vm_address_t object_mapping;
static mach_port_name_t victim_names[16];

/* A victim's thread: waits of several sorts, for ever. */
static void
victim_main(void)
{
    mach_msg_header_t m;
    mach_port_name_t port = mach_reply_port();
    uint32_t word = 0;

    for (;;) {
        mach_msg(&m, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(m), port, 3,
                 MACH_PORT_NULL);
        futex_wait(&word, 0, clock_uptime() + 3000000, 0);
        clock_sleep(clock_uptime() + 3000000, 0);
    }
}

static void
make_threads(mach_port_t task, bool running)
{
    x86_thread_state64_t state = {
        .rip = (uintptr_t)victim_main,
        .rsp = (uintptr_t)victim_stack + sizeof(victim_stack) - 8,
    };
    mach_port_t thread = MACH_PORT_NULL;

    if (thread_create(task, &thread) == KERN_SUCCESS) {
        pool_add(thread, "thread_t");
    }
    if (running && thread_create_running(task, x86_THREAD_STATE64,
                                         (natural_t *)&state,
                                         x86_THREAD_STATE64_COUNT,
                                         &thread) == KERN_SUCCESS) {
        pool_add(thread, "thread_t");
    }
}

static void
make_victims(mach_port_t own)
{
    for (unsigned i = 0; i < VICTIMS; i++) {
        bool inherit = i % 2 == 0;
        mach_port_t task = MACH_PORT_NULL;

        if (task_create(mach_task_self(), MACH_PORT_NULL, inherit, &task) !=
            KERN_SUCCESS) {
            continue;
        }
        pool_add(task, "task_t");
        make_threads(task, inherit);
        /* Rights in the victim's space, under names that are known. */
        for (unsigned k = 0; k < 4; k++) {
            victim_names[i * 4 + k] = MACH_PORT_MAKE(8u + k, 4u * i);
            mach_port_insert_right(task, victim_names[i * 4 + k], own,
                                   MACH_MSG_TYPE_COPY_SEND);
        }
    }
}

static void
make_objects(mach_port_t host_priv, mach_port_t own)
{
    uint64_t limits[5] = { 1 << 20, 256, 100, 8, 8 };
    mach_port_t port = MACH_PORT_NULL;
    vm_size_t size = sizeof(buffer);
    uint64_t physical;

    if (ledger_create(mach_task_self(), limits, &port) == KERN_SUCCESS) {
        pool_add(port, "ledger_t");
    }
    if (timer_create(mach_host_self(), own, &port) == KERN_SUCCESS) {
        pool_add(port, "timer");
    }
    if (mach_make_memory_entry(mach_task_self(), &size, (uintptr_t)buffer,
                               VM_PROT_DEFAULT, MACH_PORT_NULL, &port) ==
        KERN_SUCCESS) {
        pool_add(port, "entry");
    }
    if (host_get_time_page(mach_host_self(), &port) == KERN_SUCCESS) {
        pool_add(port, "entry");
    }
    if (host_priv == MACH_PORT_NULL) {
        return;
    }
    pool_add(host_priv, "host_priv_t");
    if (device_io_ports_create(host_priv, 0x80, 1, &port) == KERN_SUCCESS) {
        pool_add(port, "range");
    }
    if (device_irq_create(host_priv, 5, &port) == KERN_SUCCESS) {
        pool_add(port, "line");
    }
    if (device_dma_allocate(host_priv, 8192, 0, 0, &port, &physical) ==
        KERN_SUCCESS) {
        pool_add(port, "entry");
    }
}

/* The control port of a memory object comes with its first message. */
static void
make_control(void)
{
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t control;
        uint8_t rest[128];
    } m;
    mach_port_t object = mach_reply_port();

    mach_port_insert_right_trap(object, object, MACH_MSG_TYPE_MAKE_SEND);
    pool_add(object, "");
    if (mach_vm_map(mach_task_self(), &object_mapping, 16 * MACH_PAGE_SIZE, 0,
                    VM_FLAGS_ANYWHERE, object, 0, FALSE, VM_PROT_DEFAULT,
                    VM_PROT_ALL, VM_INHERIT_SHARE) != KERN_SUCCESS) {
        return;
    }
    if (mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(m),
                 object, 10, MACH_PORT_NULL) == KERN_SUCCESS) {
        pool_add(m.control.name, "memory_control_t");
    }
}

void
targets_make(mach_port_t host_priv, mach_port_t own)
{
    mach_port_name_t name;

    pool_add(mach_host_self(), "host_t");
    pool_add(own, "");
    make_victims(own);
    make_objects(host_priv, own);
    make_control();
    if (mach_port_allocate_trap(MACH_PORT_RIGHT_PORT_SET, &name) ==
        KERN_SUCCESS) {
        pool_add(name, "");
    }
    if (mach_port_allocate_trap(MACH_PORT_RIGHT_DEAD_NAME, &name) ==
        KERN_SUCCESS) {
        pool_add(name, "");
    }
    name = mach_reply_port();
    mach_port_insert_right_trap(name, name, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    pool_add(name, "");
}

static uint64_t
some_address(struct mig_fuzz *f)
{
    uint64_t at;

    switch (mig_fuzz_below(f, 6)) {
    case 0:
        at = object_mapping;
        break;
    case 1:
        at = (uintptr_t)progress - MACH_PAGE_SIZE;
        break;
    case 2:
        at = (uintptr_t)victim_stack;
        break;
    default:
        at = (uintptr_t)buffer;
        break;
    }
    at += (uint64_t)mig_fuzz_below(f, 16) * MACH_PAGE_SIZE;
    return at + (mig_fuzz_below(f, 4) == 0 ? mig_fuzz_below(f, 4096) : 0);
}

bool
targets_value(struct mig_fuzz *f, const char *type, uint64_t *value)
{
    mach_port_name_t name;

    if (strcmp(type, "vm_address_t") == 0) {
        *value = some_address(f);
        return true;
    }
    if (strcmp(type, "vm_size_t") == 0 || strcmp(type, "vm_offset_t") == 0) {
        *value = (uint64_t)mig_fuzz_below(f, 20) * MACH_PAGE_SIZE;
        return true;
    }
    if (strcmp(type, "mach_port_name_t") == 0) {
        name = mig_fuzz_below(f, 2) != 0
                   ? victim_names[mig_fuzz_below(f, 4 * VICTIMS)]
                   : pool_pick(f, "");
        *value = name;
        return true;
    }
    if (strcmp(type, "vm_prot_t") == 0 || strcmp(type, "boolean_t") == 0 ||
        strcmp(type, "int") == 0 || strcmp(type, "vm_inherit_t") == 0 ||
        strcmp(type, "natural_t") == 0 || strcmp(type, "uint32_t") == 0) {
        *value = mig_fuzz_below(f, 8);
        return mig_fuzz_below(f, 4) != 0;
    }
    return false;
}

uint64_t
targets_memory(struct mig_fuzz *f, uint32_t size, bool *deallocate)
{
    vm_address_t at = 0;

    if (mig_fuzz_below(f, 4) == 0 &&
        vm_allocate(&at, size == 0 ? 1 : size, VM_FLAGS_ANYWHERE) ==
            KERN_SUCCESS) {
        *deallocate = true;
        return at;
    }
    return (uintptr_t)buffer;
}

const char *
targets_given(mach_msg_id_t reply)
{
    static const struct {
        const char *routine, *kind;
    } gives[] = {
        { "task_create", "task_t" },
        { "task_threads", "thread_t" },
        { "thread_create", "thread_t" },
        { "thread_create_running", "thread_t" },
        { "ledger_create", "ledger_t" },
        { "task_get_ledger", "ledger_t" },
        { "timer_create", "timer" },
        { "host_get_time_page", "entry" },
        { "mach_make_memory_entry", "entry" },
        { "device_physical_entry", "entry" },
        { "device_dma_allocate", "entry" },
        { "device_irq_create", "line" },
        { "device_io_ports_create", "range" },
    };

    for (unsigned i = 0; i < sizeof(gives) / sizeof(gives[0]); i++) {
        const struct mig_fuzz_routine *r = fuzz_routine(gives[i].routine);

        if (r != NULL && r->id + 100 == reply) {
            return gives[i].kind;
        }
    }
    return "";
}
