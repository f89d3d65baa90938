/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Out-of-line data in flight.
 *
 *   vm_map_copy: | entry | entry | entry |   contiguous, whole pages
 *                   |       |
 *                 object  object (or none: zeros)
 *
 *   of up to VM_COPY_FRAMES pages:  | frame | frame |
 *
 * A small copy holds the data in frames and nothing else; a large one shares
 * the sender's objects, copy-on-write.  Frames become private memory of the
 * receiver's when it is copied out.
 *
 * The first data byte is at vc_offset in the first page.  Entries lie in no map:
 * e_start and e_end count from 0.  What the pages hold before and behind the
 * data is zero: partial pages are copied by bytes, so that a receiver never
 * sees a sender's neighbouring bytes.
 */
#ifndef VM_VM_MAP_COPY_H
#define VM_VM_MAP_COPY_H

#include <vm/vm_map.h>

#define VM_COPY_FRAMES 8u

struct vm_map_copy {
    vm_size_t vc_size;          /* I: bytes of data */
    vm_offset_t vc_offset;      /* I: of the first byte in its page */
    struct list vc_entries;     /* K: e_link */
    unsigned vc_count;          /* K: entries */
    unsigned vc_frame_count;    /* K: then there are no entries */
    struct ledger *vc_ledger;   /* I: +1: this struct, entries, frames */
    struct list vc_reap_link;   /* K: being taken apart */
    uint64_t vc_frames[VM_COPY_FRAMES]; /* K: 0: taken out */
};

/* Copy the data into the map at addr.  KERN_BLOCKED: do it again. */
kern_return_t vm_map_copy_overwrite(struct vm_map *map, vm_address_t addr,
                                    struct vm_map_copy *copy);
/*
 * The frame of page i of a page-aligned copy, moved out when nobody else
 * has it, else duplicated; charged to l.  KERN_BLOCKED possible.
 */
kern_return_t vm_map_copy_take_page(struct vm_map_copy *copy, uint64_t i,
                                    struct ledger *l, uint64_t *pa);
/* A copy that holds one object's [lo, hi) (consumes the reference). */
kern_return_t vm_map_copy_from_object(struct vm_object *o, uint64_t lo,
                                      uint64_t hi, struct ledger *l,
                                      struct vm_map_copy **out);
/*
 * n frames, which are charged to the map's ledger, become private memory of
 * the map, anywhere.  Without success they stay the caller's.
 */
kern_return_t vm_map_enter_frames(struct vm_map *map, unsigned n,
                                  const uint64_t frames[],
                                  vm_address_t *addr);
bool vm_map_copy_reap_step(void);
void vm_map_copy_setup(void);

#endif
