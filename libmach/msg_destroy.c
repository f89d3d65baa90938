/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Release what a message holds.  It reads only what the kernel has written (a
 * received message) or what the caller built, but stays inside msgh_size
 * whatever the descriptors say.
 */
#include <mach/mach.h>

static void
destroy_right(mach_port_name_t name, mach_msg_type_name_t type)
{
    if (!MACH_PORT_VALID(name)) {
        return;
    }
    switch (type) {
    case MACH_MSG_TYPE_MOVE_SEND:
    case MACH_MSG_TYPE_MOVE_SEND_ONCE:
        /* A dead name counts its references the same way. */
        mach_port_deallocate_trap(name);
        break;
    case MACH_MSG_TYPE_MOVE_RECEIVE:
        mach_port_mod_refs_trap(name, MACH_PORT_RIGHT_RECEIVE, -1);
        break;
    default:
        break;
    }
}

static void
destroy_ports(const mach_msg_ool_ports_descriptor_t *d)
{
    mach_port_name_t *names = (mach_port_name_t *)(uintptr_t)d->address;

    for (mach_msg_size_t i = 0; i < d->count; i++) {
        destroy_right(names[i], d->disposition);
    }
    if (d->count > 0) {
        vm_deallocate(d->address, (vm_size_t)d->count * sizeof(*names));
    }
}

/* Size of the descriptor at `at`, 0 when it has no known type. */
static size_t
destroy_descriptor(uint8_t *at, size_t room)
{
    const mach_msg_type_descriptor_t *d = (const void *)at;
    const mach_msg_port_descriptor_t *port = (const void *)at;
    const mach_msg_ool_descriptor_t *ool = (const void *)at;

    if (room < sizeof(*port)) {
        return 0;
    }
    if (d->type == MACH_MSG_PORT_DESCRIPTOR) {
        destroy_right(port->name, port->disposition);
        return sizeof(*port);
    }
    if (room < sizeof(*ool)) {
        return 0;
    }
    if (d->type == MACH_MSG_OOL_DESCRIPTOR) {
        if (ool->size > 0) {
            vm_deallocate(ool->address, ool->size);
        }
        return sizeof(*ool);
    }
    if (d->type == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
        destroy_ports((const void *)at);
        return sizeof(mach_msg_ool_ports_descriptor_t);
    }
    return 0;
}

void
mach_msg_destroy(mach_msg_header_t *msg)
{
    uint8_t *at = (uint8_t *)(msg + 1);
    uint8_t *end = (uint8_t *)msg + msg->msgh_size;
    mach_msg_size_t count;

    destroy_right(msg->msgh_remote_port,
                  MACH_MSGH_BITS_REMOTE(msg->msgh_bits));
    /* What is in the local field is a right only before the message is sent:
     * of a received message it is the receiver's own port. */
    if (MACH_MSGH_BITS_LOCAL(msg->msgh_bits) == MACH_MSG_TYPE_MOVE_RECEIVE) {
        destroy_right(msg->msgh_local_port, MACH_MSG_TYPE_MOVE_RECEIVE);
    }
    if ((msg->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0 || end < at + 4) {
        return;
    }
    count = ((const mach_msg_body_t *)(const void *)at)->msgh_descriptor_count;
    at += sizeof(mach_msg_body_t);
    while (count-- > 0) {
        size_t n = destroy_descriptor(at, (size_t)(end - at));

        if (n == 0) {
            break;
        }
        at += n;
    }
}
