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
vm_size_t vm_map_copy_size(const struct vm_map_copy *copy);
void vm_map_copy_discard(struct vm_map_copy *copy);
/* A copy holding size bytes of kernel data (results of kernel calls, arrays of names). */
kern_return_t vm_map_copy_from_kernel(const void *data, vm_size_t size,
                                      struct ledger *l,
                                      struct vm_map_copy **out);
/* Read the copy's bytes [off, off+size) into kernel memory (may be KERN_BLOCKED). */
kern_return_t vm_map_copy_read(struct vm_map_copy *copy, vm_size_t off,
                               void *to, vm_size_t size);

#endif
