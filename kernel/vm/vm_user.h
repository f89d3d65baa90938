/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rest of the kernel asks of vm: user copies, out-of-line memory,
 * faults.  All act on the current thread's map unless one is given.
 */
#ifndef VM_VM_USER_H
#define VM_VM_USER_H

#include <stdbool.h>
#include <mach/vm.h>
#include <base/codes.h>
#include <base/ledger.h>

struct vm_map;
struct vm_map_copy;

/*
 * Copy from or to the current task.  A miss is resolved by vm_fault() in
 * place; when that must wait for a pager the result is KERN_BLOCKED (restart
 * the trap); a bad address gives KERN_INVALID_ADDRESS or
 * KERN_PROTECTION_FAILURE.  Part of the data may have been copied then.
 * No side effect may precede the last copyin of a trap.
 */
kern_return_t copyin(vm_address_t from, void *to, size_t size);
kern_return_t copyout(const void *from, vm_address_t to, size_t size);
/* Make [addr, addr+size) writable and resident, so that an immediate copyout can't fail. */
kern_return_t vm_probe_write(vm_address_t addr, size_t size);

/* Resolve a fault of access prot at addr.  KERN_SUCCESS, KERN_BLOCKED, or
 * what becomes the code of EXC_BAD_ACCESS. */
kern_return_t vm_fault(struct vm_map *map, vm_address_t addr, vm_prot_t prot);

/*
 * Out-of-line data in flight: a range captured copy-on-write.  copyin: destroy removes
 * the source range (move).  copyout: maps it at a free place, exactly
 * size bytes at the offset in page that the source had; consumes the copy on success
 * only.  Memory of the copy is charged to l until copied out.
 */
kern_return_t vm_map_copyin(struct vm_map *map, vm_address_t addr,
                            vm_size_t size, bool destroy, struct ledger *l,
                            struct vm_map_copy **out);
kern_return_t vm_map_copyout(struct vm_map *map, struct vm_map_copy *copy,
                             vm_address_t *addr);
/*
 * Both at once, for what is small and there: from's memory (it is the map that
 * is loaded) becomes private memory of `to`, charged to its ledger.  False:
 * nothing has happened, and the other way must be gone.  Reclaims nothing,
 * takes no mapping away.
 */
bool vm_map_copy_across(struct vm_map *from, vm_address_t addr,
                        vm_size_t size, struct vm_map *to,
                        vm_address_t *out);
vm_size_t vm_map_copy_size(const struct vm_map_copy *copy);
void vm_map_copy_discard(struct vm_map_copy *copy);
/* A copy holding size bytes of kernel data (results of kernel calls, arrays of names). */
kern_return_t vm_map_copy_from_kernel(const void *data, vm_size_t size,
                                      struct ledger *l,
                                      struct vm_map_copy **out);
/* The same of data that fill makes, in pieces of a page at most, in order. */
typedef void (*vm_copy_fill_t)(void *arg, void *to, vm_size_t size);
kern_return_t vm_map_copy_from_fill(vm_size_t size, struct ledger *l,
                                    vm_copy_fill_t fill, void *arg,
                                    struct vm_map_copy **out);
/* Read the copy's bytes [off, off+size) into kernel memory (may be KERN_BLOCKED). */
kern_return_t vm_map_copy_read(struct vm_map_copy *copy, vm_size_t off,
                               void *to, vm_size_t size);

/* ---- address spaces ---- */

struct pmap;
struct vm_object;

/* Upcall, in kern/vm_upcall.c: the map of the current thread's task. */
struct vm_map *vm_current_map(void);

void vm_setup(void); /* at boot, after phys_setup() and kalloc work */

/* An empty user address space, charged to l; one reference. */
kern_return_t vm_map_create(struct ledger *l, struct vm_map **out);
/* An inheritance copy (share, copy, none by entry), charged to l. */
kern_return_t vm_map_fork(struct vm_map *parent, struct ledger *l,
                          struct vm_map **out);
void vm_map_reference(struct vm_map *map);
/* The last release queues the map for the reaper, which takes it apart in
 * steps.  It must not be active on a CPU any more by then. */
void vm_map_release(struct vm_map *map);
/* The task dies: its memory goes now (in steps), the struct with the last
 * reference.  Later calls on the map get KERN_TERMINATED or find nothing. */
void vm_map_terminate(struct vm_map *map);
struct pmap *vm_map_pmap(struct vm_map *map);
vm_size_t vm_map_virtual_size(const struct vm_map *map); /* bytes mapped */
uint64_t vm_map_resident_count(const struct vm_map *map); /* pages */

/* Zero-filled memory.  flags: VM_FLAGS_*; addr in and out. */
kern_return_t vm_map_allocate(struct vm_map *map, vm_address_t *addr,
                              vm_size_t size, int flags);
kern_return_t vm_map_deallocate(struct vm_map *map, vm_address_t addr,
                                vm_size_t size);
kern_return_t vm_map_protect(struct vm_map *map, vm_address_t addr,
                             vm_size_t size, bool set_max, vm_prot_t prot);

/*
 * Boot: the pages [pa, pa + size) (whole pages, allocated one by one or as
 * runs from nobody: e.g. the boot archive) become an anonymous object that
 * owns them; each goes back to the page allocator when it is freed.  One
 * reference to the caller.
 */
kern_return_t vm_object_from_physical(uint64_t pa, uint64_t size,
                                      struct ledger *l,
                                      struct vm_object **out);
/* Map an object's [offset, offset+size); consumes nothing. */
kern_return_t vm_map_enter_object(struct vm_map *map, vm_address_t *addr,
                                  vm_size_t size, int flags,
                                  struct vm_object *object, uint64_t offset,
                                  vm_prot_t prot, vm_prot_t max_prot);
void vm_object_release(struct vm_object *object);
/* Device memory or a kernel page (the time page): never freed, not charged.
 * cache: PMAP_CACHE_*. */
kern_return_t vm_map_enter_phys(struct vm_map *map, vm_address_t *addr,
                                uint64_t pa, vm_size_t size, int flags,
                                vm_prot_t prot, unsigned cache);
/*
 * Read and write another (or the current) map, as if the pages were touched
 * there.  KERN_BLOCKED: a pager is asked; call again from the start.
 */
kern_return_t vm_map_read(struct vm_map *map, vm_address_t from, void *to,
                          vm_size_t size);
kern_return_t vm_map_write(struct vm_map *map, const void *from,
                           vm_address_t to, vm_size_t size);

/*
 * What a futex word is: equal keys are the same word.  Shared memory: object
 * and offset; private memory: the map and the address.  The memory may be
 * read, but the page need not be there.  No reference is held: key only while the waiter's map
 * has the memory; a stale key is harmless (it only mismatches).
 */
struct vm_futex_key {
    uint64_t fk_id;     /* id of the object, or of the map; never reused */
    uint64_t fk_offset;
};
kern_return_t vm_map_futex_key(struct vm_map *map, vm_address_t addr,
                               struct vm_futex_key *key);

/* Counts for host_statistics and host_census. */
void vm_statistics_get(vm_statistics_t *out);
struct vm_counts {
    uint64_t vc_objects, vc_maps, vc_entries, vc_pages, vc_copies;
};
void vm_counts_get(struct vm_counts *out);

#endif
