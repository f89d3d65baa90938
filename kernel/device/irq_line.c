/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt lines.
 *
 * The machine masks a line when it interrupts, so between an interrupt and
 * its acknowledgement there is at most one message, which is preallocated: an
 * interrupt can neither fail nor flood.  A driver that acknowledges before it has
 * received the message loses nothing: the message is still queued.
 */
#include <base/kalloc.h>
#include <device/irq_line.h>
#include <machine/irq.h>

struct irq_line {
    unsigned il_irq;             /* I */
    struct ipc_port *il_port;    /* I */
    struct ipc_port *il_notify;  /* K: naked send right, or NULL */
    struct ipc_kmsg *il_message; /* I: preallocated */
    struct ledger *il_ledger;    /* I: +1 */
};

/* Interrupts are off and the line is masked. */
static void
interrupt(void *arg, unsigned irq)
{
    struct irq_line *il = arg;
    mach_msg_header_t h = {.msgh_id = DEVICE_INTERRUPT,
                           .msgh_size = sizeof(h)};

    (void)irq;
    if (il->il_notify != NULL && !ipc_kmsg_prealloc_busy(il->il_message)) {
        (void)ipc_kmsg_send_prealloc(il->il_message, &h, il->il_notify, NULL,
                                     NULL, 0);
    }
}

static void
no_senders(void *object)
{
    struct irq_line *il = object;
    struct ledger *l = il->il_ledger;

    irq_mask(il->il_irq);
    irq_unregister(il->il_irq);
    ipc_kobject_destroy(il->il_port);
    if (il->il_notify != NULL) {
        ipc_port_release_send(il->il_notify);
    }
    ipc_kmsg_prealloc_free(il->il_message);
    kfree(il, sizeof(*il), l);
    ledger_release(l);
}

void
irq_line_setup(void)
{
    ipc_kobject_set_no_senders(IKOT_IRQ, no_senders);
}

static kern_return_t
irq_line_init(struct irq_line *il, unsigned irq, struct ledger *l)
{
    kern_return_t kr;

    il->il_irq = irq;
    il->il_message = ipc_kmsg_prealloc(sizeof(mach_msg_header_t), l);
    if (il->il_message == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    il->il_port = ipc_kobject_port(IKOT_IRQ, il, l);
    if (il->il_port == NULL) {
        ipc_kmsg_prealloc_free(il->il_message);
        return KERN_RESOURCE_SHORTAGE;
    }
    kr = irq_register(irq, interrupt, il);
    if (kr != KERN_SUCCESS) {
        ipc_kobject_destroy(il->il_port);
        ipc_kmsg_prealloc_free(il->il_message);
    }
    return kr;
}

kern_return_t
irq_line_create(unsigned irq, struct ledger *l, struct ipc_port **out)
{
    struct irq_line *il = kalloc(sizeof(*il), l);
    kern_return_t kr;

    if (il == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kr = irq_line_init(il, irq, l);
    if (kr != KERN_SUCCESS) {
        kfree(il, sizeof(*il), l);
        return kr;
    }
    il->il_ledger = l;
    ledger_reference(l);
    *out = ipc_port_make_send(il->il_port);
    return KERN_SUCCESS;
}

kern_return_t
irq_line_register(struct ipc_port *line, struct ipc_port *notify)
{
    struct irq_line *il = ipc_kobject_get(line, IKOT_IRQ);

    if (il == NULL || notify == NULL || !ipc_port_active(notify)) {
        return KERN_INVALID_ARGUMENT;
    }
    if (il->il_notify != NULL) {
        ipc_port_release_send(il->il_notify);
    }
    il->il_notify = ipc_port_copy_send(notify);
    irq_unmask(il->il_irq);
    return KERN_SUCCESS;
}

kern_return_t
irq_line_ack(struct ipc_port *line)
{
    struct irq_line *il = ipc_kobject_get(line, IKOT_IRQ);

    if (il == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    if (il->il_notify != NULL) {
        irq_unmask(il->il_irq);
    }
    return KERN_SUCCESS;
}
