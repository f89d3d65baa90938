/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process can name: its sessions, open files, pipes and sockets, and
 * services.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <bootstrap/bootstrap.h>
#include <host/host.h>
#include <mach_port/mach_port.h>
#include <mach/task_info.h>
#include <posix/posix.h>
#include <task/task.h>
#include "fuzz.h"

#define BUFFER 65536u

static uint8_t buffer[BUFFER] __attribute__((aligned(4096)));

/* The sessions are the first rights of a process, in this order. */
static const char *const session_kinds[PORT_COUNT] = {
    [PORT_PROC] = "proc_t", [PORT_VFS] = "vfs_session_t",
    [PORT_TTY] = "tty_session_t", [PORT_PIPE] = "pipe_service_t",
};

/* Not serial1: what is written there is the host command's to read. */
static const struct {
    const char *name, *kind;
} services[] = {
    { "vfs", "vfs_control_t" },   { "proc", "proc_control_t" },
    { "tty", "tty_control_t" },   { "pipe", "pipe_service_t" },
    { "exec", "exec_service_t" }, { "init", "init" },
    { "serial0", "line" },
};

static void
open_files(void)
{
    int ends[2], file;

    if (pipe(ends) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 ||
        open("/etc/passwd", O_RDONLY) < 0 ||
        open("/", O_RDONLY | O_DIRECTORY) < 0) {
        _exit(3);
    }
    /* An earlier attacker may have made this one something else. */
    file = open("fuzz-file", O_RDWR | O_CREAT, 0600);
    (void)file;
}

static void
add_names(void)
{
    mach_port_name_t *names = NULL;
    uint32_t *types = NULL;
    mach_msg_type_number_t n = 0, same = 0;
    unsigned session = 0;

    if (mach_port_names(mach_task_self(), &names, &n, &types, &same) !=
        KERN_SUCCESS) {
        _exit(4);
    }
    for (mach_msg_type_number_t i = 0; i < n; i++) {
        if ((types[i] & MACH_PORT_TYPE_SEND) == 0 ||
            (types[i] & MACH_PORT_TYPE_RECEIVE) != 0) {
            continue;
        }
        pool_add(names[i], session < PORT_COUNT ? session_kinds[session]
                                                : "io_object_t");
        session++;
    }
}

static void
add_services(void)
{
    mach_port_t bootstrap = MACH_PORT_NULL, port;

    if (task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT,
                              &bootstrap) != KERN_SUCCESS ||
        !MACH_PORT_VALID(bootstrap)) {
        return;
    }
    pool_add(bootstrap, "bootstrap");
    for (unsigned i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
        if (bootstrap_look_up(bootstrap, services[i].name, &port) ==
            KERN_SUCCESS) {
            pool_add(port, services[i].kind);
            progress->kinds++;
        }
    }
}

void
targets_make(mach_port_t host_priv, mach_port_t own)
{
    (void)host_priv;
    open_files();
    add_names();
    add_services();
    pool_add(mach_host_self(), "host_t");
    pool_add(own, "");
}

bool
targets_value(struct mig_fuzz *f, const char *type, uint64_t *value)
{
    if (strcmp(type, "vm_address_t") == 0) {
        *value = (uintptr_t)buffer + mig_fuzz_below(f, 4) * 4096;
        return true;
    }
    if (strcmp(type, "int") == 0 || strcmp(type, "uint32_t") == 0 ||
        strcmp(type, "boolean_t") == 0 || strcmp(type, "int64_t") == 0) {
        *value = mig_fuzz_below(f, 8);
        return mig_fuzz_below(f, 4) != 0;
    }
    if (strcmp(type, "cookie_t") == 0) {
        *value = mig_fuzz_below(f, 4);
        return true;
    }
    return false;
}

uint64_t
targets_memory(struct mig_fuzz *f, uint32_t size, bool *deallocate)
{
    (void)f;
    (void)size;
    *deallocate = false;
    return (uintptr_t)buffer;
}

/* What routines of files give is an object that can be read. */
const char *
targets_given(mach_msg_id_t reply)
{
    const struct mig_fuzz_routine *entry = fuzz_routine("io_map");

    return entry != NULL && reply == entry->id + 100 ? "" : "io_object_t";
}
