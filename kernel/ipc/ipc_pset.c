/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Port sets: see ipc_pset.h.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <ipc/ipc_listen.h>
#include <ipc/ipc_mqueue.h>

#define REAP_LINKS 32u

uint64_t ipc_pset_count;

struct ipc_pset *
ipc_pset_create(struct ledger *l)
{
    struct ipc_pset *set;

    if (ledger_charge(l, LEDGER_PORTS, 1) != KERN_SUCCESS) {
        return NULL;
    }
    set = kalloc(sizeof(*set), l);
    if (set == NULL) {
        ledger_uncharge(l, LEDGER_PORTS, 1);
        return NULL;
    }
    ledger_reference(l);
    set->ps_object.io_type = IOT_PSET;
    set->ps_object.io_refs = 1;
    set->ps_object.io_active = true;
    set->ps_object.io_ledger = l;
    wait_queue_init(&set->ps_object.io_receivers);
    wait_queue_init(&set->ps_object.io_listeners);
    list_init(&set->ps_object.io_reap_link);
    list_init(&set->ps_links);
    list_init(&set->ps_ready);
    list_init(&set->ps_calls);
    ipc_pset_count++;
    return set;
}

void
ipc_pset_release(struct ipc_pset *set)
{
    struct ledger *l = set->ps_object.io_ledger;

    assert(set->ps_object.io_refs > 0);
    if (--set->ps_object.io_refs > 0) {
        return;
    }
    assert(list_empty(&set->ps_links));
    kfree(set, sizeof(*set), l);
    ledger_uncharge(l, LEDGER_PORTS, 1);
    ledger_release(l);
    ipc_pset_count--;
}

static void
link_destroy(struct ipc_link *link)
{
    list_remove(&link->il_port_link);
    list_remove(&link->il_set_link);
    list_remove(&link->il_ready_link);
    list_remove(&link->il_call_link);
    link->il_port->ip_link_count--;
    link->il_set->ps_count--;
    kfree(link, sizeof(*link), link->il_set->ps_object.io_ledger);
}

static struct ipc_link *
link_find(const struct ipc_pset *set, const struct ipc_port *port)
{
    struct list *l;

    list_for_each(l, &port->ip_links)
    {
        struct ipc_link *link = list_entry(l, struct ipc_link, il_port_link);

        if (link->il_set == set) {
            return link;
        }
    }
    return NULL;
}

bool
ipc_pset_reap(struct ipc_pset *set)
{
    unsigned n = REAP_LINKS;

    while (n-- > 0) {
        struct list *l = list_first(&set->ps_links);

        if (l == NULL) {
            return false;
        }
        link_destroy(list_entry(l, struct ipc_link, il_set_link));
    }
    return !list_empty(&set->ps_links);
}

void
ipc_pset_destroy(struct ipc_pset *set)
{
    assert(set->ps_object.io_active);
    set->ps_object.io_active = false;
    set->ps_object.io_space = NULL;
    (void)wait_queue_wake_all(&set->ps_object.io_receivers, KERN_SUCCESS);
    (void)wait_queue_wake_all(&set->ps_object.io_listeners, KERN_SUCCESS);
    if (ipc_pset_reap(set)) {
        ipc_reap_object(&set->ps_object);
    }
    ipc_pset_release(set);
}

kern_return_t
ipc_pset_insert(struct ipc_pset *set, struct ipc_port *port)
{
    struct ipc_link *link;

    if (link_find(set, port) != NULL) {
        return KERN_ALREADY_IN_SET;
    }
    if (port->ip_link_count >= IPC_LINKS_MAX) {
        return KERN_RESOURCE_SHORTAGE;
    }
    link = kalloc(sizeof(*link), set->ps_object.io_ledger);
    if (link == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    link->il_port = port;
    link->il_set = set;
    list_push_back(&port->ip_links, &link->il_port_link);
    list_push_back(&set->ps_links, &link->il_set_link);
    list_init(&link->il_ready_link);
    list_init(&link->il_call_link);
    port->ip_link_count++;
    set->ps_count++;
    if (port->ip_msgcount > 0) {
        list_push_back(&set->ps_ready, &link->il_ready_link);
        ipc_mqueue_joined(set, port);
    }
    ipc_listen_joined(link);
    return KERN_SUCCESS;
}

kern_return_t
ipc_pset_remove(struct ipc_pset *set, struct ipc_port *port)
{
    struct ipc_link *link = link_find(set, port);

    if (link == NULL) {
        return KERN_NOT_IN_SET;
    }
    link_destroy(link);
    return KERN_SUCCESS;
}

void
ipc_pset_remove_all(struct ipc_port *port)
{
    struct list *l, *next;

    list_for_each_safe(l, next, &port->ip_links)
    {
        link_destroy(list_entry(l, struct ipc_link, il_port_link));
    }
}

kern_return_t
ipc_pset_move(struct ipc_port *port, struct ipc_pset *set)
{
    struct list *l, *next;
    kern_return_t kr;

    if (set == NULL) {
        if (ipc_pset_count_of(port) == 0) {
            return KERN_NOT_IN_SET;
        }
        ipc_pset_remove_all(port);
        return KERN_SUCCESS;
    }
    kr = ipc_pset_insert(set, port);
    if (kr != KERN_SUCCESS && kr != KERN_ALREADY_IN_SET) {
        return kr;
    }
    list_for_each_safe(l, next, &port->ip_links)
    {
        struct ipc_link *link = list_entry(l, struct ipc_link, il_port_link);

        if (link->il_set != set) {
            link_destroy(link);
        }
    }
    return KERN_SUCCESS;
}

uint32_t
ipc_pset_count_of(const struct ipc_port *port)
{
    struct list *l;
    uint32_t n = 0;

    list_for_each(l, &port->ip_links)
    {
        struct ipc_link *link = list_entry(l, struct ipc_link, il_port_link);

        n += link->il_set->ps_object.io_active ? 1u : 0u;
    }
    return n;
}
