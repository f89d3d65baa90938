/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory_object.defs, as the kernel sends it: messages to a pager.  They are queued past the port's limit, but each is
 * charged to the ledger of who mapped the object first, and what is asked for
 * is bounded by what threads fault on.  The control port goes along with
 * every message; the stub consumes it on success.
 */
#include <ipc/ipc.h>
#include <kern/memory_object.h>
#include <pager/pager.h>

static struct ipc_port *
control_of(const struct memory_control *mc)
{
    return ipc_port_make_send(mc->mc_control);
}

/* kr is the stub's: what it did not consume goes. */
static kern_return_t
sent(struct ipc_port *control, kern_return_t kr)
{
    if (kr != KERN_SUCCESS) {
        ipc_port_release_send(control);
    }
    return kr;
}

kern_return_t
pager_send_init(struct memory_control *mc)
{
    struct ipc_port *control = control_of(mc);

    return sent(control, memory_object_init(mc->mc_pager, control, PAGE_SIZE,
                                            NULL, mc->mc_ledger));
}

kern_return_t
pager_send_request(struct memory_control *mc, uint64_t offset,
                   uint64_t length, vm_prot_t access)
{
    struct ipc_port *control = control_of(mc);

    return sent(control,
                memory_object_data_request(mc->mc_pager, control, offset,
                                           length, access, NULL,
                                           mc->mc_ledger));
}

kern_return_t
pager_send_unlock(struct memory_control *mc, uint64_t offset,
                  uint64_t length, vm_prot_t access)
{
    struct ipc_port *control = control_of(mc);

    return sent(control,
                memory_object_data_unlock(mc->mc_pager, control, offset,
                                          length, access, NULL,
                                          mc->mc_ledger));
}

kern_return_t
pager_send_completed(struct memory_control *mc, uint64_t offset,
                     uint64_t length)
{
    struct ipc_port *control = control_of(mc);

    return sent(control,
                memory_object_lock_completed(mc->mc_pager, control, offset,
                                             length, NULL, mc->mc_ledger));
}

kern_return_t
pager_send_return(struct memory_control *mc, uint64_t offset,
                  struct vm_map_copy *data, uint64_t size, bool dirty,
                  bool kernel_copy)
{
    struct ipc_port *control = control_of(mc);

    return sent(control,
                memory_object_data_return(mc->mc_pager, control, offset, data,
                                          (mach_msg_type_number_t)size, dirty,
                                          kernel_copy, NULL, mc->mc_ledger));
}

kern_return_t
pager_send_terminate(struct memory_control *mc)
{
    struct ipc_port *control = control_of(mc);

    return sent(control, memory_object_terminate(mc->mc_pager, control, NULL,
                                                 mc->mc_ledger));
}
