/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ranges of I/O ports.
 */
#include <base/kalloc.h>
#include <device/io_range.h>

struct io_range {
    unsigned ir_first, ir_count; /* I */
    struct ipc_port *ir_port;    /* I */
    struct ledger *ir_ledger;    /* I: +1 */
};

static void
no_senders(void *object)
{
    struct io_range *r = object;
    struct ledger *l = r->ir_ledger;

    ipc_kobject_destroy(r->ir_port);
    kfree(r, sizeof(*r), l);
    ledger_release(l);
}

void
io_range_setup(void)
{
    ipc_kobject_set_no_senders(IKOT_IOPORTS, no_senders);
}

kern_return_t
io_range_create(unsigned first, unsigned count, struct ledger *l,
                struct ipc_port **out)
{
    struct io_range *r;

    if (count == 0 || first >= MACHINE_IO_PORTS ||
        count > MACHINE_IO_PORTS - first) {
        return KERN_INVALID_ARGUMENT;
    }
    r = kalloc(sizeof(*r), l);
    if (r == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    r->ir_port = ipc_kobject_port(IKOT_IOPORTS, r, l);
    if (r->ir_port == NULL) {
        kfree(r, sizeof(*r), l);
        return KERN_RESOURCE_SHORTAGE;
    }
    r->ir_first = first;
    r->ir_count = count;
    r->ir_ledger = l;
    ledger_reference(l);
    *out = ipc_port_make_send(r->ir_port);
    return KERN_SUCCESS;
}

kern_return_t
io_range_enable(struct ipc_port *port, struct machine_task *mt,
                struct ledger *l)
{
    const struct io_range *r = ipc_kobject_get(port, IKOT_IOPORTS);

    if (r == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    return machine_task_enable_ports(mt, r->ir_first, r->ir_count, l);
}
