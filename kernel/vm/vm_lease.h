/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Leases: memory that one address space has let another map, and can take back
 * (the map item of synchronous IPC).
 *
 * A lease says that [vl_address, +vl_size) of vl_to shows [vl_source, +vl_size)
 * of vl_from.  The entries of vl_to that do carry e_lease; the lease lives as
 * long as there is one.  It ends, and they go, when the source range is taken
 * back (vm_lease_revoke), or any of it leaves vl_from: unmapped, replaced, or
 * with the map's end.  What has been lent on goes before: those are the
 * leases whose source overlaps vl_to's range.  So the tree of derivations
 * is in the addresses, and of any depth.  A lease is always younger than
 * that which its source is of, so that there are no circles.
 *
 * Leased entries can't be shared on by other means (named, remapped,
 * inherited): those would keep what was taken back.  They can be copied.
 */
#ifndef VM_VM_LEASE_H
#define VM_VM_LEASE_H

#include <vm/vm_map.h>

#define VM_LEASES_MAX 1024u /* of one map's memory */

struct vm_lease {
    struct list vl_link;        /* K: vl_from's vm_leases */
    struct vm_map *vl_from;     /* K: it has the lease on its list */
    vm_address_t vl_source;     /* K */
    struct vm_map *vl_to;       /* I: its entries keep the lease */
    vm_address_t vl_address;    /* I */
    vm_size_t vl_size;          /* I */
    uint64_t vl_entries;        /* K: with this e_lease */
    struct ledger *vl_ledger;   /* I: +1: charged for this */
};

struct vm_lease_request {
    struct vm_map *from, *to;
    vm_address_t source;   /* whole pages */
    vm_size_t size;
    vm_prot_t prot;        /* what from may do, or less */
    bool grant;            /* from loses it, and leases of it go along */
    vm_address_t address;  /* where; 0: anywhere.  The result */
    struct ledger *ledger; /* pays for the lease */
};

/*
 * KERN_INVALID_ARGUMENT: not whole pages, or a grant across the bounds of
 * leases; KERN_INVALID_ADDRESS, KERN_PROTECTION_FAILURE of the source;
 * KERN_RESOURCE_SHORTAGE; KERN_NO_SPACE, KERN_INVALID_ADDRESS of `to`.
 */
kern_return_t vm_lease_map(struct vm_lease_request *r);
/* Take back all that was lent of [start, end); can't fail. */
void vm_lease_revoke(struct vm_map *map, vm_address_t start,
                     vm_address_t end);
/* The same for one lease; true: it was, and there may be more. */
bool vm_lease_revoke_step(struct vm_map *map, vm_address_t start,
                          vm_address_t end);
/* An entry carries l now, too; does not any more. */
void vm_lease_reference(struct vm_lease *l);
void vm_lease_release(struct vm_lease *l);

#endif
