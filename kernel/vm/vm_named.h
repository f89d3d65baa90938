/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Named entries: what a memory entry port stands for.  A contiguous stretch
 * of memory, made of pieces of objects, with the most that may be done to it.
 * Whoever maps it shares it, unless a private copy is asked for.
 */
#ifndef VM_VM_NAMED_H
#define VM_VM_NAMED_H

#include <vm/vm_map.h>

struct vm_named_entry {
    uint64_t ne_refs;       /* K */
    uint64_t ne_size;       /* I: bytes, whole pages */
    vm_prot_t ne_prot;      /* I */
    struct list ne_pieces;  /* I: vm_map_entry, e_start from 0, in no map */
    struct ledger *ne_ledger; /* I: +1: this struct and its pieces */
};

/* The range of the map, which is shared from then on. */
kern_return_t vm_named_from_map(struct vm_map *map, vm_address_t addr,
                                vm_size_t size, vm_prot_t prot,
                                struct ledger *l,
                                struct vm_named_entry **out);
/* [offset, offset+size) of another one. */
kern_return_t vm_named_sub(struct vm_named_entry *parent, uint64_t offset,
                           vm_size_t size, vm_prot_t prot, struct ledger *l,
                           struct vm_named_entry **out);
/* [offset, offset+size) of an object (borrowed). */
kern_return_t vm_named_from_object(struct vm_object *o, uint64_t offset,
                                   vm_size_t size, vm_prot_t prot,
                                   struct ledger *l,
                                   struct vm_named_entry **out);
void vm_named_reference(struct vm_named_entry *ne);
void vm_named_release(struct vm_named_entry *ne);

/*
 * Map [offset, offset + req->size) of it; req->object and needs_copy are
 * ignored.  copy: private.  KERN_NO_ACCESS when req->prot is more than ne_prot
 * allows (max_prot is cut down to it), KERN_INVALID_ARGUMENT beyond its end.
 */
kern_return_t vm_named_map(struct vm_map *map, struct vm_enter *req,
                           struct vm_named_entry *ne, uint64_t offset,
                           bool copy);

#endif
