/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking bootstrap, see start.h. */
#include <stdio.h>
#include <string.h>

#include <bootstrap/bootstrap.h>
#include <mach/mach.h>
#include <mach_vm/mach_vm.h>
#include <server/object.h>
#include <task/task.h>
#include <mach/task_info.h>

#include "common/start.h"

static mach_port_t
bootstrap_get(void)
{
    static mach_port_t port;

    if (port == MACH_PORT_NULL &&
        task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, &port) !=
            KERN_SUCCESS) {
        port = MACH_PORT_NULL;
    }
    return port;
}

const uint8_t *
archive_map(uint64_t *size)
{
    mach_port_t entry = MACH_PORT_NULL;
    vm_address_t address = 0;
    kern_return_t kr = bootstrap_archive(bootstrap_get(), &entry, size);

    if (kr == KERN_SUCCESS) {
        kr = mach_vm_map(mach_task_self(), &address, *size, 0,
                         VM_FLAGS_ANYWHERE, entry, 0, FALSE, VM_PROT_READ,
                         VM_PROT_READ, VM_INHERIT_NONE);
        (void)mach_port_deallocate_trap(entry);
    }
    if (kr != KERN_SUCCESS) {
        server_log("no boot archive: %s", mach_error_string(kr));
        return NULL;
    }
    return (const uint8_t *)address;
}

void
archive_unmap(const uint8_t *archive, uint64_t size)
{
    (void)vm_deallocate((vm_address_t)archive, size);
}

bool
command_line_option(const char *name, char *value, size_t size)
{
    char line[1024] = "";
    size_t length = strlen(name);
    const char *at = line;

    if (bootstrap_command_line(bootstrap_get(), line) != KERN_SUCCESS) {
        return false;
    }
    line[sizeof(line) - 1] = '\0';
    while (*at != '\0') {
        size_t word = strcspn(at, " ");

        if (word > length && strncmp(at, name, length) == 0 &&
            at[length] == '=') {
            snprintf(value, size, "%.*s", (int)(word - length - 1),
                     at + length + 1);
            return true;
        }
        at += word;
        at += strspn(at, " ");
    }
    return false;
}

bool
ipc_by_calls(void)
{
    char ipc[8];

    return command_line_option("ipc", ipc, sizeof(ipc)) &&
           strcmp(ipc, "l4") == 0;
}
