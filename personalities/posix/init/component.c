/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The component: its control object, which hears of the end of the first
 * process, and its start.
 */
#include <stdlib.h>
#include <string.h>
#include <bootstrap/bootstrap.h>
#include <init/init_S_init_server.h>
#include <mach/archive.h>
#include <mach_vm/mach_vm.h>
#include <newlib/sys.h>
#include "internal.h"

static const struct mig_subsystem *const subsystems[] = {
    &init_S_init_subsystem, NULL};
static const struct server_class control_class = {
    .sc_name = "init", .sc_subsystems = subsystems};

struct server_object init_control;
/* What init hears comes to an object of its own: its port goes to proc. */
static struct server_object listener;
mach_port_t init_notify;

static struct job job;

kern_return_t
init_S_init_exited(mach_port_t port, int pid, int status)
{
    (void)pid;
    if (port == listener.so_port) {
        init_finish(status, job.tty);
    }
    return KERN_SUCCESS;
}

kern_return_t
init_S_init_report(mach_port_t port, const char *line)
{
    if (port == listener.so_port) {
        init_channel_send(FRAME_MISSING, line, strlen(line));
    }
    return KERN_SUCCESS;
}

kern_return_t
init_S_init_drained(mach_port_t port)
{
    if (port == listener.so_port) {
        init_finish_drained();
    }
    return KERN_SUCCESS;
}

/* The job record, in memory that stays; NULL: there is none. */
static const char *
read_job(size_t *size)
{
    static struct archive_member m;
    mach_port_t entry;
    uint64_t length;
    vm_address_t at = 0;
    char *copy = NULL;

    if (bootstrap_archive(bootstrap_port, &entry, &length) != KERN_SUCCESS) {
        return NULL;
    }
    if (mach_vm_map(mach_task_self(), &at, length, 0, VM_FLAGS_ANYWHERE, entry,
                    0, TRUE, VM_PROT_READ, VM_PROT_READ,
                    VM_INHERIT_NONE) == KERN_SUCCESS) {
        if (archive_find((const void *)at, length, "boot/job", &m)) {
            *size = m.size;
            copy = malloc(m.size + 1);
            if (copy != NULL) {
                memcpy(copy, m.data, m.size);
            }
        }
        vm_deallocate(at, length);
    }
    mach_port_deallocate_trap(entry);
    return copy;
}

static void
start(void *arg)
{
    const char *why, *record;
    size_t size;

    (void)arg;
    record = read_job(&size);
    if (record == NULL) {
        init_job_default(&job);
    } else if (!init_job_parse(record, size, &job, &why)) {
        init_fail("boot/job: not understood: %s", why);
        return;
    }
    init_job_start(&job, init_notify);
}

struct server_object *
init_start(void)
{
    mach_port_t port;

    server_object_init(&init_control, &control_class);
    server_object_init(&listener, &control_class);
    init_streams_setup();
    port = server_object_to_port(&listener);
    if (port == MACH_PORT_NULL ||
        mach_port_insert_right_trap(port, port, MACH_MSG_TYPE_MAKE_SEND) !=
            KERN_SUCCESS) {
        return NULL;
    }
    init_notify = port;
    init_channel_start("serial1");
    server_defer(start, NULL);
    return &init_control;
}
