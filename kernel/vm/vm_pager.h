/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What vm asks of the other end of a PAGER object.
 */
#ifndef VM_VM_PAGER_H
#define VM_VM_PAGER_H

#include <stdbool.h>
#include <mach/vm.h>
#include <base/codes.h>

struct ledger;
struct vm_object;

struct pager_ops {
    /*
     * A fault needs the page at offset (no slot or one without page).  Asks
     * for it (once) and puts the current thread to wait.  KERN_BLOCKED, or
     * MEMORY_FAILURE, MEMORY_ERROR, ABORTED, RESOURCE_SHORTAGE;
     * KERN_SUCCESS only when the page is there now.
     */
    kern_return_t (*po_request)(struct vm_object *o, uint64_t offset,
                                vm_prot_t access);
    /* The page is here but locked against access. The same results. */
    kern_return_t (*po_unlock)(struct vm_object *o, uint64_t offset,
                               vm_prot_t access);
    /*
     * The last reference has gone.  True: the pager side keeps the object
     * (cached, or returning dirty pages), and will call
     * vm_object_terminate() itself.
     */
    bool (*po_unreferenced)(struct vm_object *o);
    /* The object is freed: forget it. */
    void (*po_gone)(struct vm_object *o);
    /* Give memory back: drop clean pages; true when something was freed. */
    bool (*po_reclaim)(void);
};

/* A PAGER object; offsets [0, size). */
kern_return_t vm_object_create_pager(struct ledger *l, uint64_t size,
                                     const struct pager_ops *ops,
                                     void *pager, struct vm_object **out);
/* Nanoseconds of uptime, for deadlines. */
uint64_t vm_pager_now(void);
/* At boot: whose po_reclaim is called when memory is short. */
void vm_pager_register(const struct pager_ops *ops);
/* Pager side only: the object (0 references) goes to the reaper. */
void vm_object_terminate(struct vm_object *o);

#endif
