/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages to a pager.  They are queued past the port's limit, but each is
 * charged to the ledger of who mapped the object first, and what is asked for
 * is bounded by what threads fault on.
 */
#include <ipc/ipc.h>
#include <ipc/ipc_kmsg.h>
#include <pager/pager.h>
#include <pager/pager_message.h>

static void
head_fill(struct pager_head *h, mach_msg_id_t id, mach_msg_size_t size)
{
    h->header.msgh_bits = MACH_MSGH_BITS_COMPLEX;
    h->header.msgh_size = size;
    h->header.msgh_id = id;
    h->body.msgh_descriptor_count = 1;
    h->control.type = MACH_MSG_PORT_DESCRIPTOR;
}

/* The control port goes along with every message. */
static kern_return_t
send(struct memory_control *mc, struct pager_head *h)
{
    struct ipc_port *control = ipc_port_make_send(mc->mc_control);
    kern_return_t kr;

    kr = ipc_kernel_send(&h->header, mc->mc_pager, NULL, &control, 1,
                         mc->mc_ledger);
    if (kr != KERN_SUCCESS) {
        ipc_port_release_send(control);
    }
    return kr;
}

kern_return_t
pager_send_init(struct memory_control *mc)
{
    struct pager_message_init m = { .page_size = PAGE_SIZE,
                                    .ndr = NDR_record };

    head_fill(&m.head, MEMORY_OBJECT_INIT_ID, sizeof(m));
    return send(mc, &m.head);
}

static kern_return_t
send_range(struct memory_control *mc, mach_msg_id_t id, mach_msg_size_t size,
           uint64_t offset, uint64_t length, vm_prot_t access)
{
    struct pager_message_range m = { .ndr = NDR_record,
                                     .offset = offset,
                                     .length = length,
                                     .access = access };

    head_fill(&m.head, id, size);
    return send(mc, &m.head);
}

kern_return_t
pager_send_request(struct memory_control *mc, uint64_t offset,
                   uint64_t length, vm_prot_t access)
{
    return send_range(mc, MEMORY_OBJECT_DATA_REQUEST_ID,
                      PAGER_MESSAGE_RANGE_SIZE, offset, length, access);
}

kern_return_t
pager_send_unlock(struct memory_control *mc, uint64_t offset,
                  uint64_t length, vm_prot_t access)
{
    return send_range(mc, MEMORY_OBJECT_DATA_UNLOCK_ID,
                      PAGER_MESSAGE_RANGE_SIZE, offset, length, access);
}

kern_return_t
pager_send_completed(struct memory_control *mc, uint64_t offset,
                     uint64_t length)
{
    return send_range(mc, MEMORY_OBJECT_LOCK_COMPLETED_ID,
                      PAGER_MESSAGE_COMPLETED_SIZE, offset, length, 0);
}

kern_return_t
pager_send_return(struct memory_control *mc, uint64_t offset,
                  struct vm_map_copy *data, uint64_t size, bool dirty,
                  bool kernel_copy)
{
    struct pager_message_return m = {
        .ndr = NDR_record,
        .offset = offset,
        .data_count = (mach_msg_type_number_t)size,
        .dirty = dirty,
        .kernel_copy = kernel_copy,
    };

    head_fill(&m.head, MEMORY_OBJECT_DATA_RETURN_ID,
              PAGER_MESSAGE_RETURN_SIZE);
    m.head.body.msgh_descriptor_count = 2;
    m.data.type = MACH_MSG_OOL_DESCRIPTOR;
    m.data.copy = MACH_MSG_VIRTUAL_COPY;
    m.data.size = (mach_msg_size_t)size;
    ipc_desc_set(&m.data, data);
    return send(mc, &m.head);
}

kern_return_t
pager_send_terminate(struct memory_control *mc)
{
    struct pager_message_terminate m = { .ndr = NDR_record };

    head_fill(&m.head, MEMORY_OBJECT_TERMINATE_ID, sizeof(m));
    return send(mc, &m.head);
}
