/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random messages at the kernel (see README.md).
 */
#include <host/host.h>
#include <mach_vm/mach_vm.h>
#include <thread/thread.h>
#include "batch.h"

#define PRIORITY_TOP 200

int main(const struct boot_info *info);

extern const struct mig_fuzz_interface host_fuzz, task_fuzz, thread_fuzz,
    mach_port_fuzz, mach_vm_fuzz, device_fuzz, memory_object_control_fuzz;

const struct mig_fuzz_interface *const fuzz_interfaces[] = {
    &host_fuzz, &task_fuzz, &thread_fuzz, &mach_port_fuzz, &mach_vm_fuzz,
    &device_fuzz, &memory_object_control_fuzz,
};
const unsigned fuzz_interface_count =
    sizeof(fuzz_interfaces) / sizeof(fuzz_interfaces[0]);

/* They would end the machine, or leave a right with the host. */
const char *const fuzz_forbidden[] = {
    "host_reboot", "host_tasks", "processor_set_tasks",
    "processor_set_threads", "task_set_essential",
    "host_set_exception_ports", "host_swap_exception_ports",
    "register_new_task_notification", NULL
};

struct progress *progress;
mach_port_t supervisor_host_priv;
static unsigned tests, failures;

void
check(bool good, const char *what, uint64_t value)
{
    tests++;
    failures += !good;
    mach_printf("%sok %u - %s\n", good ? "" : "not ", tests, what);
    if (!good) {
        mach_printf("# value %lu\n", value);
    }
}

const struct mig_fuzz_routine *
fuzz_routine(const char *name)
{
    for (unsigned i = 0; i < fuzz_interface_count; i++) {
        for (uint32_t k = 0; k < fuzz_interfaces[i]->count; k++) {
            if (strcmp(fuzz_interfaces[i]->routine[k].name, name) == 0) {
                return &fuzz_interfaces[i]->routine[k];
            }
        }
    }
    return NULL;
}

/* "name=NUMBER" on the kernel's command line. */
static uint64_t
option(const char *line, const char *name, uint64_t otherwise)
{
    size_t length = strlen(name);
    uint64_t value = 0;

    for (; *line != '\0'; line++) {
        if (strncmp(line, name, length) == 0 && line[length] == '=') {
            for (line += length + 1; *line >= '0' && *line <= '9'; line++) {
                value = value * 10 + (uint64_t)(*line - '0');
            }
            return value;
        }
    }
    return otherwise;
}

static bool
share_progress(void)
{
    vm_address_t at = 0;

    if (vm_allocate(&at, MACH_PAGE_SIZE, VM_FLAGS_ANYWHERE) !=
            KERN_SUCCESS ||
        mach_vm_inherit(mach_task_self(), at, MACH_PAGE_SIZE,
                        VM_INHERIT_SHARE) != KERN_SUCCESS) {
        return false;
    }
    progress = (struct progress *)at;
    return true;
}

int
main(const struct boot_info *info)
{
    const char *line = info->bi_command_line;
    uint64_t seed = option(line, "seed", 1);
    uint64_t batch = option(line, "batch", ~0ull);

    supervisor_host_priv = info->bi_host_priv;
    thread_set_priority(mach_thread_self(), PRIORITY_TOP);
    if (!share_progress()) {
        check(false, "memory", 0);
    } else if (batch != ~0ull) {
        batch_again(batch, seed, option(line, "messages", BATCH));
    } else {
        test_found();
        batch_forge();
        batches_run(option(line, "messages", 20000), seed);
    }
    mach_printf("1..%u\n", tests);
    host_reboot(info->bi_host_priv, 0, failures != 0);
    return 0;
}
