/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts as messages.  The message is allocated when a line is registered,
 * so that delivering an interrupt can't fail.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <device/device.h>
#include <machine/irq.h>

struct irq_line {
    unsigned il_irq;            /* I */
    bool il_pending;            /* K */
    struct ipc_port *il_port;   /* I: the line's own port */
    struct ipc_port *il_notify; /* K: naked send right or NULL */
    struct ipc_kmsg *il_message; /* K: NULL until first registered */
    struct ledger *il_ledger;   /* I: +1 */
};

/* The line is masked. */
static void
line_deliver(struct irq_line *il)
{
    const mach_msg_header_t m = { .msgh_size = sizeof(m),
                                  .msgh_id = DEVICE_INTERRUPT };

    if (il->il_notify == NULL) {
        return;
    }
    if (ipc_kmsg_prealloc_busy(il->il_message)) {
        il->il_pending = true;
        return;
    }
    il->il_pending = false;
    if (ipc_kmsg_send_prealloc(il->il_message, &m, il->il_notify, NULL, NULL,
                               0) != KERN_SUCCESS) {
        /* The driver died: quiet until the next one registers. */
        ipc_port_release_send(il->il_notify);
        il->il_notify = NULL;
    }
}

static void
line_interrupt(void *arg, unsigned irq)
{
    (void)irq;
    line_deliver(arg);
}

kern_return_t
device_irq_line_create(unsigned irq, struct ledger *l, struct ipc_port **out)
{
    struct irq_line *il;
    kern_return_t kr;

    if (irq >= IRQ_LINES) {
        return KERN_INVALID_ARGUMENT;
    }
    il = kalloc(sizeof(*il), l);
    if (il == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    il->il_irq = irq;
    il->il_port = ipc_kobject_port(IKOT_IRQ, il, l);
    if (il->il_port == NULL) {
        kfree(il, sizeof(*il), l);
        return KERN_RESOURCE_SHORTAGE;
    }
    kr = irq_register(irq, line_interrupt, il);
    if (kr != KERN_SUCCESS) {
        ipc_kobject_destroy(il->il_port);
        kfree(il, sizeof(*il), l);
        return kr;
    }
    ledger_reference(l);
    il->il_ledger = l;
    *out = ipc_port_make_send(il->il_port);
    return KERN_SUCCESS;
}

static void
line_no_senders(void *object)
{
    struct irq_line *il = object;
    struct ledger *l = il->il_ledger;

    irq_unregister(il->il_irq);
    ipc_kobject_destroy(il->il_port);
    if (il->il_message != NULL) {
        ipc_kmsg_prealloc_free(il->il_message);
    }
    if (il->il_notify != NULL) {
        ipc_port_release_send(il->il_notify);
    }
    kfree(il, sizeof(*il), l);
    ledger_release(l);
}

kern_return_t
device_irq_line_register(struct ipc_port *line, struct ipc_port *notify)
{
    struct irq_line *il = ipc_kobject_get(line, IKOT_IRQ);
    struct ipc_port *old;

    /* A port of the kernel's would drop the message, and could keep the line
     * alive for ever: the line's own, or one that holds a right to it. */
    if (il == NULL || (notify != NULL && (!ipc_port_active(notify) ||
                                          ipc_port_of_kernel(notify)))) {
        return KERN_INVALID_ARGUMENT;
    }
    if (il->il_message == NULL) {
        il->il_message = ipc_kmsg_prealloc(sizeof(mach_msg_header_t),
                                           il->il_ledger);
        if (il->il_message == NULL) {
            return KERN_RESOURCE_SHORTAGE;
        }
    }
    old = il->il_notify;
    il->il_notify = notify == NULL ? NULL : ipc_port_copy_send(notify);
    il->il_pending = false;
    if (notify == NULL) {
        irq_mask(il->il_irq);
    } else {
        irq_unmask(il->il_irq);
    }
    if (old != NULL) {
        ipc_port_release_send(old);
    }
    return KERN_SUCCESS;
}

kern_return_t
device_irq_line_ack(struct ipc_port *line)
{
    struct irq_line *il = ipc_kobject_get(line, IKOT_IRQ);

    if (il == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    if (il->il_pending) {
        line_deliver(il);
    } else if (il->il_notify != NULL) {
        irq_unmask(il->il_irq);
    }
    return KERN_SUCCESS;
}

void
device_irq_setup(void)
{
    ipc_kobject_set_no_senders(IKOT_IRQ, line_no_senders);
}
