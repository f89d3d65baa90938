/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two tasks and RPCs between them through generated stubs: values, bytes,
 * out-of-line memory, rights, errors, and the server's death.  TAP on the
 * kernel's log; booted in bootstrap's place.
 */
#include <mach/mig_errors.h>
#include <echo/echo.h>
#include <mach_port/mach_port.h>
#include <task/task.h>
#include <thread/thread.h>
#include "guest.h"
#include "rpc.h"

static uint8_t server_stack[16384] __attribute__((aligned(16)));
static mach_port_t server_name; /* in the child; set before it is made */

static void
child_main(void)
{
    echo_serve(server_name);
}

/* A task with a copy of this one's memory and the receive right. */
static mach_port_t
start_server(mach_port_t *server)
{
    x86_thread_state64_t state = {
        .rip = (uint64_t)(uintptr_t)child_main,
        .rsp = (uint64_t)(uintptr_t)(server_stack + sizeof(server_stack) - 8),
    };
    mach_port_t task = MACH_PORT_NULL, thread = MACH_PORT_NULL;
    kern_return_t kr;

    mach_port_allocate_trap(MACH_PORT_RIGHT_RECEIVE, server);
    mach_port_insert_right_trap(*server, *server, MACH_MSG_TYPE_MAKE_SEND);
    server_name = *server;
    kr = task_create(mach_task_self(), MACH_PORT_NULL, TRUE, &task);
    check(kr == KERN_SUCCESS, "task_create with a copy of the memory",
          (uint64_t)kr);
    kr = mach_port_insert_right(task, *server, *server,
                                MACH_MSG_TYPE_MOVE_RECEIVE);
    check(kr == KERN_SUCCESS, "the receive right moves to the child",
          (uint64_t)kr);
    kr = thread_create(task, &thread);
    check(kr == KERN_SUCCESS, "thread_create", (uint64_t)kr);
    kr = thread_set_state(thread, x86_THREAD_STATE64, (natural_t *)&state,
                          x86_THREAD_STATE64_COUNT);
    check(kr == KERN_SUCCESS, "thread_set_state", (uint64_t)kr);
    kr = thread_resume(thread);
    check(kr == KERN_SUCCESS, "thread_resume", (uint64_t)kr);
    mach_port_deallocate_trap(thread);
    return task;
}

static void
test_values(mach_port_t server)
{
    uint64_t sum = 0;
    kern_return_t kr = echo_null(server);

    check(kr == KERN_SUCCESS, "null RPC", (uint64_t)kr);
    kr = echo_add(server, 40, 2, &sum);
    check(kr == KERN_SUCCESS && sum == 42, "values both ways", (uint64_t)kr);
    for (unsigned i = 0; i < 1000 && kr == KERN_SUCCESS; i++) {
        kr = echo_add(server, i, i, &sum);
        if (sum != 2 * i) {
            kr = KERN_FAILURE;
        }
    }
    check(kr == KERN_SUCCESS, "a thousand RPCs", (uint64_t)kr);
    kr = echo_fail(server, 1234);
    check(kr == 1234, "an error comes back as it is", (uint64_t)kr);
}

static void
test_bytes(mach_port_t server)
{
    static uint8_t out[4096], back[4096];
    mach_msg_type_number_t count = sizeof(back);
    kern_return_t kr;

    for (size_t i = 0; i < sizeof(out); i++) {
        out[i] = (uint8_t)(i * 7);
    }
    kr = echo_bytes(server, out, sizeof(out), back, &count);
    check(kr == KERN_SUCCESS && count == sizeof(out) &&
              memcmp(out, back, sizeof(out)) == 0, "4096 bytes in line",
          (uint64_t)kr);
    count = sizeof(back);
    kr = echo_bytes(server, out, 0, back, &count);
    check(kr == KERN_SUCCESS && count == 0, "no bytes", (uint64_t)kr);
    count = sizeof(back);
    kr = echo_bytes(server, out, sizeof(out) + 1, back, &count);
    check(kr == MIG_ARRAY_TOO_LARGE, "too many bytes are refused",
          (uint64_t)kr);
}

static void
test_memory(mach_port_t server)
{
    const vm_size_t size = 5 * MACH_PAGE_SIZE + 100;
    vm_address_t from = 0;
    pointer_t back = 0;
    mach_msg_type_number_t count = 0;
    kern_return_t kr = vm_allocate(&from, size, VM_FLAGS_ANYWHERE);

    for (vm_size_t i = 0; kr == KERN_SUCCESS && i < size; i += 8) {
        *(uint64_t *)(from + i) = i * 3;
    }
    kr = echo_memory(server, from, (mach_msg_type_number_t)size, &back,
                     &count);
    check(kr == KERN_SUCCESS && count == size && back != from,
          "out-of-line memory comes back", (uint64_t)kr);
    if (kr == KERN_SUCCESS) {
        check(memcmp((void *)from, (void *)(uintptr_t)back, size) == 0,
              "its contents are the same", (uint64_t)kr);
        *(uint64_t *)(uintptr_t)back = 99;
        check(*(uint64_t *)from == 0, "it is a copy", (uint64_t)kr);
        vm_deallocate(back, count);
    }
    vm_deallocate(from, size);
}

static void
test_ports(mach_port_t server)
{
    mach_port_t mine, back = MACH_PORT_NULL;
    mach_port_urefs_t refs = 0;
    kern_return_t kr;

    mach_port_allocate_trap(MACH_PORT_RIGHT_RECEIVE, &mine);
    mach_port_insert_right_trap(mine, mine, MACH_MSG_TYPE_MAKE_SEND);
    kr = echo_port(server, mine, &back);
    check(kr == KERN_SUCCESS && back == mine,
          "a send right comes home under its name", (uint64_t)kr);
    mach_port_get_refs_trap(mine, MACH_PORT_RIGHT_SEND, &refs);
    check(refs == 2, "as one more user reference", refs);
    mach_port_mod_refs_trap(mine, MACH_PORT_RIGHT_SEND, -2);
    mach_port_mod_refs_trap(mine, MACH_PORT_RIGHT_RECEIVE, -1);
}

/* What went which way. */
static void
test_ways(mach_port_t server)
{
    kern_return_t calls = echo_fail(server, ECHO_CALLS) - ECHO_CALLS;
    kern_return_t messages = echo_fail(server, ECHO_MESSAGES) - ECHO_CALLS;

#ifdef ECHO_SYNC
    check(calls > 1000 && messages < 10,
          "calls but for long arrays and memory, which are messages",
          (uint64_t)calls << 32 | (uint32_t)messages);
#else
    check(calls == 0 && messages == 0, "a server of messages counts none",
          (uint64_t)calls);
#endif
}

static void
test_death(mach_port_t server)
{
    kern_return_t kr;

    echo_end(server);
    kr = echo_null(server);
    check(kr == MIG_SERVER_DIED || kr == MACH_SEND_INVALID_DEST,
          "an RPC to a server that dies ends", (uint64_t)kr);
    kr = echo_null(server);
    check(kr == MACH_SEND_INVALID_DEST, "and to a dead one fails at once",
          (uint64_t)kr);
}

int
main(const struct boot_info *info)
{
    mach_port_t server, task;

    guest_start(info);
    task = start_server(&server);

    test_values(server);
    test_bytes(server);
    test_memory(server);
    test_ports(server);
    test_ways(server);
    test_death(server);
    mach_port_deallocate_trap(server);
    mach_port_deallocate_trap(task);
    return guest_end();
}
