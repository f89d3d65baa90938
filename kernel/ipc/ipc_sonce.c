/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makers of send-once rights: see ipc_sonce.h.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <ipc/ipc_sonce.h>

void
ipc_sonce_init(struct ipc_port *port)
{
    port->ip_maker.mk_ledger = port->ip_object.io_ledger;
    port->ip_sole_maker = port->ip_maker.mk_ledger;
    list_init(&port->ip_makers);
}

static void
set_sole(struct ipc_port *port)
{
    port->ip_sole_maker =
        list_empty(&port->ip_makers) ? port->ip_maker.mk_ledger : NULL;
}

/* The port's own ledger needs no further reference. */
static void
first_set_ledger(struct ipc_port *port, struct ledger *l)
{
    struct ledger *own = port->ip_object.io_ledger;
    struct ledger *old = port->ip_maker.mk_ledger;

    if (l != NULL && l != own) {
        ledger_reference(l);
    }
    port->ip_maker.mk_ledger = l;
    set_sole(port);
    if (old != NULL && old != own) {
        ledger_release(old);
    }
}

static void
record_free(struct ipc_port *port, struct ipc_maker *m)
{
    struct ledger *l = m->mk_ledger;

    list_remove(&m->mk_link);
    set_sole(port);
    kfree(m, sizeof(*m), l);
    ledger_release(l);
}

static inline struct ipc_maker *
oldest(const struct ipc_port *port)
{
    struct list *l;

    if (port->ip_maker.mk_count > 0) {
        return (struct ipc_maker *)(uintptr_t)&port->ip_maker;
    }
    l = list_first(&port->ip_makers);
    assert(l != NULL);
    return list_entry(l, struct ipc_maker, mk_link);
}

kern_return_t
ipc_sonce_prepare(struct ipc_port *port, struct ledger *l)
{
    struct ipc_maker *m = ipc_sonce_newest(port);

    if (m->mk_ledger == l) {
        return KERN_SUCCESS;
    }
    if (m->mk_count == 0 && m != &port->ip_maker) {
        record_free(port, m); /* prepared for another, who made none */
        return ipc_sonce_prepare(port, l);
    }
    if (m->mk_count == 0) {
        first_set_ledger(port, l);
        return KERN_SUCCESS;
    }
    m = kalloc(sizeof(*m), l);
    if (m == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    ledger_reference(l);
    m->mk_ledger = l;
    list_push_back(&port->ip_makers, &m->mk_link);
    set_sole(port);
    return KERN_SUCCESS;
}

struct ipc_port *
ipc_sonce_make(struct ipc_port *port)
{
    ipc_sonce_newest(port)->mk_count++;
    return ipc_port_make_sonce(port);
}

/* The maker's last right is not out any more. */
static __attribute__((noinline)) void
maker_done(struct ipc_port *port, struct ipc_maker *m)
{
    if (m != &port->ip_maker) {
        record_free(port, m);
    } else if (m->mk_ledger != port->ip_object.io_ledger) {
        first_set_ledger(port, port->ip_object.io_ledger);
    }
}

static inline void
count_down(struct ipc_port *port, struct ipc_maker *m)
{
    assert(m->mk_count > 0);
    if (--m->mk_count == 0
        && (m != &port->ip_maker
            || m->mk_ledger != port->ip_object.io_ledger)) {
        maker_done(port, m);
    }
}

void
ipc_sonce_unmake(struct ipc_port *port)
{
    if (ip_active(port)) {
        count_down(port, ipc_sonce_newest(port));
    }
}

struct ledger *
ipc_sonce_oldest_payer(const struct ipc_port *port)
{
    return oldest(port)->mk_ledger;
}

void
ipc_sonce_use_oldest(struct ipc_port *port)
{
    count_down(port, oldest(port));
}

void
ipc_sonce_forget(struct ipc_port *port)
{
    struct list *l;

    while ((l = list_first(&port->ip_makers)) != NULL) {
        record_free(port, list_entry(l, struct ipc_maker, mk_link));
    }
    port->ip_maker.mk_count = 0;
    first_set_ledger(port, NULL);
}

uint32_t
ipc_sonce_unused(const struct ipc_port *port)
{
    uint32_t n = port->ip_maker.mk_count;
    struct list *l;

    list_for_each(l, &port->ip_makers)
    {
        n += list_entry(l, struct ipc_maker, mk_link)->mk_count;
    }
    return n;
}
