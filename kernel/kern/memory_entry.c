/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory entries.
 */
#include <base/kalloc.h>
#include <kern/memory_entry.h>

struct memory_entry {
    struct vm_named_entry *me_named; /* I: +1 */
    struct ipc_port *me_port;        /* I */
    struct ledger *me_ledger;        /* I: +1 */
};

static void
entry_no_senders(void *object)
{
    struct memory_entry *me = object;
    struct ledger *l = me->me_ledger;

    ipc_kobject_destroy(me->me_port);
    vm_named_release(me->me_named);
    kfree(me, sizeof(*me), l);
    ledger_release(l);
}

void
memory_entry_setup(void)
{
    ipc_kobject_set_no_senders(IKOT_MEMORY_ENTRY, entry_no_senders);
}

kern_return_t
memory_entry_create(struct vm_named_entry *ne, struct ledger *l,
                    struct ipc_port **out)
{
    struct memory_entry *me = kalloc(sizeof(*me), l);

    if (me == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    me->me_port = ipc_kobject_port(IKOT_MEMORY_ENTRY, me, l);
    if (me->me_port == NULL) {
        kfree(me, sizeof(*me), l);
        return KERN_RESOURCE_SHORTAGE;
    }
    me->me_named = ne;
    ledger_reference(l);
    me->me_ledger = l;
    *out = ipc_port_make_send(me->me_port);
    return KERN_SUCCESS;
}

struct vm_named_entry *
memory_entry_get(struct ipc_port *port)
{
    struct memory_entry *me = ipc_kobject_get(port, IKOT_MEMORY_ENTRY);

    return me == NULL ? NULL : me->me_named;
}

kern_return_t
memory_entry_physical(uint64_t pa, uint64_t size, vm_prot_t prot,
                      unsigned cache, struct ledger *l,
                      struct ipc_port **out)
{
    struct vm_named_entry *ne;
    struct vm_object *o;
    kern_return_t kr;

    kr = vm_object_create_phys(l, pa, page_round(size), cache, &o);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = vm_named_from_object(o, 0, page_round(size), prot, l, &ne);
    vm_object_release(o);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = memory_entry_create(ne, l, out);
    if (kr != KERN_SUCCESS) {
        vm_named_release(ne);
    }
    return kr;
}
