/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ranges of I/O ports.  Holding one lets its ports be added to a task's
 * permissions, which end with the task.
 */
#include <base/kalloc.h>
#include <device/device.h>
#include <machine/io.h>

struct port_range {
    unsigned pr_first, pr_count; /* I */
    struct ipc_port *pr_port;    /* I */
    struct ledger *pr_ledger;    /* I: +1 */
};

static void
range_no_senders(void *object)
{
    struct port_range *pr = object;
    struct ledger *l = pr->pr_ledger;

    ipc_kobject_destroy(pr->pr_port);
    kfree(pr, sizeof(*pr), l);
    ledger_release(l);
}

void
device_ports_setup(void)
{
    ipc_kobject_set_no_senders(IKOT_IOPORTS, range_no_senders);
}

kern_return_t
device_ports_create(unsigned first, unsigned count, struct ledger *l,
                    struct ipc_port **out)
{
    struct port_range *pr;

    if (count == 0 || first >= MACHINE_IO_PORTS ||
        count > MACHINE_IO_PORTS - first) {
        return KERN_INVALID_ARGUMENT;
    }
    pr = kalloc(sizeof(*pr), l);
    if (pr == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    pr->pr_port = ipc_kobject_port(IKOT_IOPORTS, pr, l);
    if (pr->pr_port == NULL) {
        kfree(pr, sizeof(*pr), l);
        return KERN_RESOURCE_SHORTAGE;
    }
    pr->pr_first = first;
    pr->pr_count = count;
    ledger_reference(l);
    pr->pr_ledger = l;
    *out = ipc_port_make_send(pr->pr_port);
    return KERN_SUCCESS;
}

kern_return_t
device_ports_range(struct ipc_port *port, unsigned *first, unsigned *count)
{
    struct port_range *pr = ipc_kobject_get(port, IKOT_IOPORTS);

    if (pr == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    *first = pr->pr_first;
    *count = pr->pr_count;
    return KERN_SUCCESS;
}
