/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Access to the rights and memory in messages for generated servers, and the
 * translation of ports to objects.
 */
#include <base/assert.h>
#include <kern/host.h>
#include <kern/mig_kernel.h>
#include <kern/task.h>
#include <sched/thread.h>
#include <ipc/ipc_kmsg.h>

/* Descriptor i, which the caller knows to exist. */
static char *
descriptor(const mach_msg_header_t *h, unsigned i)
{
    char *d = ipc_kmsg_first_descriptor(ipc_kmsg_of(h));

    while (i-- > 0) {
        d += ipc_desc_size(ipc_desc_type(d));
    }
    return d;
}

struct ipc_port *
mig_kern_request_port(const mach_msg_header_t *in)
{
    return ipc_kmsg_of(in)->ikm_remote;
}

struct ipc_port *
mig_kern_reply_port(const mach_msg_header_t *in)
{
    return ipc_kmsg_of(in)->ikm_local;
}

struct ipc_port *
mig_kern_in_port(mach_msg_header_t *in, unsigned i)
{
    struct ipc_port *port = ipc_desc_get(descriptor(in, i));

    return port == IP_DEAD ? IP_NULL : port;
}

struct vm_map_copy *
mig_kern_in_ool(mach_msg_header_t *in, unsigned i, mach_msg_size_t *size)
{
    mach_msg_ool_descriptor_t *d = (void *)descriptor(in, i);

    *size = d->size;
    return ipc_desc_get(d);
}

struct ipc_port **
mig_kern_in_ool_ports(mach_msg_header_t *in, unsigned i,
                      mach_msg_size_t *count)
{
    mach_msg_ool_ports_descriptor_t *d = (void *)descriptor(in, i);
    struct ipc_port_array *a = ipc_desc_get(d);

    *count = d->count;
    return a == NULL ? NULL : a->pa_ports;
}

/* The request's descriptor that holds p, of this kind. */
static char *
holder(const void *p, unsigned type)
{
    uint32_t n, i;

    assert(ipc_serving != NULL);
    n = ipc_kmsg_descriptors(ipc_serving);
    for (i = 0; i < n; i++) {
        char *d = descriptor(&ipc_serving->ikm_header, i);

        if (ipc_desc_type(d) == type && ipc_desc_get(d) == p) {
            return d;
        }
    }
    return NULL;
}

struct ipc_port *
mig_answered_port(void)
{
    assert(ipc_serving != NULL);
    return ipc_serving->ikm_local;
}

bool
mig_dead_right(void)
{
    return holder(IP_DEAD, MACH_MSG_PORT_DESCRIPTOR) != NULL;
}

struct ipc_port *
mig_take_port(struct ipc_port *port)
{
    if (ip_valid(port)) {
        char *d = holder(port, MACH_MSG_PORT_DESCRIPTOR);

        assert(d != NULL);
        ipc_desc_set(d, IP_NULL);
    }
    return port;
}

struct vm_map_copy *
mig_take_ool(struct vm_map_copy *copy)
{
    if (copy != NULL) {
        char *d = holder(copy, MACH_MSG_OOL_DESCRIPTOR);

        assert(d != NULL);
        ipc_desc_set(d, NULL);
    }
    return copy;
}

void
mig_kern_put_port(mach_msg_header_t *out, void *place, struct ipc_port *port,
                  mach_msg_type_name_t disposition)
{
    mach_msg_port_descriptor_t d = {.type = MACH_MSG_PORT_DESCRIPTOR};

    /* What is given out is a naked right already: only its type counts. */
    switch (disposition) {
    case MACH_MSG_TYPE_MOVE_RECEIVE:
        d.disposition = MACH_MSG_TYPE_PORT_RECEIVE & 0xffu;
        break;
    case MACH_MSG_TYPE_MOVE_SEND:
    case MACH_MSG_TYPE_COPY_SEND:
    case MACH_MSG_TYPE_MAKE_SEND:
        d.disposition = MACH_MSG_TYPE_PORT_SEND & 0xffu;
        break;
    default:
        d.disposition = MACH_MSG_TYPE_PORT_SEND_ONCE & 0xffu;
        break;
    }
    ipc_desc_set(&d, port);
    if (d.disposition == MACH_MSG_TYPE_PORT_RECEIVE) {
        ipc_kmsg_of(out)->ikm_flags |= IKM_RECEIVE;
    }
    memcpy(place, &d, sizeof(d));
}

void
mig_kern_out_port(mach_msg_header_t *out, unsigned i, struct ipc_port *port,
                  mach_msg_type_name_t disposition)
{
    mig_kern_put_port(out, descriptor(out, i), port, disposition);
}

void
mig_kern_put_ool(void *place, struct vm_map_copy *copy, mach_msg_size_t size)
{
    mach_msg_ool_descriptor_t d = {
        .deallocate = 1,
        .copy = MACH_MSG_VIRTUAL_COPY,
        .type = MACH_MSG_OOL_DESCRIPTOR,
        .size = copy == NULL ? 0 : size,
    };

    ipc_desc_set(&d, copy);
    memcpy(place, &d, sizeof(d));
}

void
mig_kern_out_ool(mach_msg_header_t *out, unsigned i, struct vm_map_copy *copy,
                 mach_msg_size_t size)
{
    mig_kern_put_ool(descriptor(out, i), copy, size);
}

static struct ipc_port_array *
array_of(struct ipc_port **ports)
{
    return (struct ipc_port_array *)((uintptr_t)ports
                                     - offsetof(struct ipc_port_array,
                                                pa_ports));
}

void
mig_kern_put_ool_ports(void *place, struct ipc_port **ports,
                       mach_msg_size_t count,
                       mach_msg_type_name_t disposition)
{
    mach_msg_ool_ports_descriptor_t d = {
        .deallocate = 1,
        .copy = MACH_MSG_VIRTUAL_COPY,
        .disposition = MACH_MSG_TYPE_PORT_SEND & 0xffu,
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR,
        .count = ports == NULL ? 0 : count,
    };

    assert(ports == NULL || array_of(ports)->pa_count == count);
    assert(disposition != MACH_MSG_TYPE_MOVE_RECEIVE
           && disposition != MACH_MSG_TYPE_MOVE_SEND_ONCE);
    (void)disposition;
    ipc_desc_set(&d, ports == NULL ? NULL : array_of(ports));
    memcpy(place, &d, sizeof(d));
}

void
mig_kern_out_ool_ports(mach_msg_header_t *out, unsigned i,
                       struct ipc_port **ports, mach_msg_size_t count,
                       mach_msg_type_name_t disposition)
{
    mig_kern_put_ool_ports(descriptor(out, i), ports, count, disposition);
}

struct ipc_port **
mig_port_array_alloc(unsigned count, struct ledger *l)
{
    struct ipc_port_array *a = ipc_port_array_create(count, l);

    return a == NULL ? NULL : a->pa_ports;
}

void
mig_port_array_free(struct ipc_port **ports)
{
    struct ipc_port_array *a = array_of(ports);
    uint32_t i;

    for (i = 0; i < a->pa_count; i++) {
        ipc_port_release_send(a->pa_ports[i]);
    }
    ipc_port_array_free(a);
}

/* A dying task still has its port, but nothing can be done to it. */
kern_return_t
mig_kernel_send(struct ipc_kmsg *k, const mach_msg_header_t *msg,
                struct ipc_port *dest, struct ipc_port *reply,
                struct ipc_port *const ports[], unsigned nports,
                struct ledger *l)
{
    return k != NULL
               ? ipc_kmsg_send_prealloc(k, msg, dest, reply, ports, nports)
               : ipc_kernel_send(msg, dest, reply, ports, nports, l);
}

task_ref_t
convert_port_to_task(struct ipc_port *port)
{
    struct task *t = ip_kobject(port, IKOT_TASK);

    return t == NULL || !t->ta_active ? NULL : t;
}

space_ref_t
convert_port_to_space(struct ipc_port *port)
{
    struct task *t = convert_port_to_task(port);

    return t == NULL ? NULL : t->ta_space;
}

map_ref_t
convert_port_to_map(struct ipc_port *port)
{
    struct task *t = convert_port_to_task(port);

    return t == NULL ? NULL : t->ta_map;
}

thread_ref_t
convert_port_to_thread(struct ipc_port *port)
{
    return ip_kobject(port, IKOT_THREAD);
}

host_ref_t
convert_port_to_host_priv(struct ipc_port *port)
{
    return ip_kobject(port, IKOT_HOST_PRIV);
}

host_ref_t
convert_port_to_host(struct ipc_port *port)
{
    struct host *h = ip_kobject(port, IKOT_HOST);

    return h != NULL ? h : ip_kobject(port, IKOT_HOST_PRIV);
}

ledger_ref_t
convert_port_to_ledger(struct ipc_port *port)
{
    return ip_kobject(port, IKOT_LEDGER);
}

memory_control_ref_t
convert_port_to_memory_control(struct ipc_port *port)
{
    return ip_kobject(port, IKOT_MEMORY_CONTROL);
}

struct ipc_port *
convert_task_to_port(task_ref_t task)
{
    return task == NULL ? IP_NULL : ipc_port_make_send(task->ta_self);
}

struct ipc_port *
convert_thread_to_port(thread_ref_t thread)
{
    return thread == NULL ? IP_NULL : ipc_port_make_send(thread->th_self);
}

/*
 * A ledger's port is made when it is first asked for, and holds a reference
 * to it until nobody can name it (ipc_kobject.c).
 */
struct ipc_port *
convert_ledger_to_port(ledger_ref_t ledger)
{
    struct ipc_port *port;

    if (ledger == NULL) {
        return IP_NULL;
    }
    port = ledger->le_port;
    if (port == NULL) {
        port = ipc_kobject_port(IKOT_LEDGER, ledger, ledger);
        if (port == NULL) {
            return IP_NULL;
        }
        ledger_reference(ledger);
        ledger->le_port = port;
    }
    return ipc_port_make_send(port);
}
