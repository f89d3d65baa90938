/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IPC trace: with `trace=ipc` on the command line each message is written
 * to the machine's trace device as a record of its own, which
 * `polymach run --trace-ipc` decodes with the tables of `mig -decoder`.
 *
 * A record: struct trace_record, then `rights` struct trace_right, then the
 * message's first bytes (`bytes` of them).  Where a message of the kernel has
 * pointers the record has zeros.  Little-endian, like the machine.
 */
#include <base/assert.h>
#include <base/string.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_trace.h>
#include <ipc/ipc_upcall.h>
#include <kern/boot_option.h>
#include <kern/ipc_trace.h>
#include <kern/task.h>
#include <kern/traps.h>
#include <machine/clock.h>
#include <machine/cpu.h>
#include <machine/io.h>
#include <sched/thread.h>

#define MAGIC 0x4350494du /* "MIPC" */
#define RIGHTS_MAX 24u
#define BYTES_MAX 4096u
#define KIND_DEAD 255u  /* no right, or a dead one */
#define KIND_OTHER 254u /* a port of a task's */

struct trace_port {
    uint32_t tp_name;   /* in the sender's space; 0 in messages of the kernel */
    uint32_t tp_serial; /* the same for the same port, while it lives */
    uint32_t tp_owner;  /* task: that it stands for, or that receives */
    uint8_t tp_kind;    /* enum ipc_kobject_kind or KIND_* */
    uint8_t tp_disposition;
    uint16_t tp_index;  /* of its descriptor */
};

struct trace_record {
    uint32_t tr_magic;
    uint32_t tr_size;   /* all of it */
    uint64_t tr_time;   /* nanoseconds since boot */
    uint32_t tr_event;
    int32_t tr_code;
    uint32_t tr_from;   /* task id; 0: the kernel */
    uint32_t tr_rights;
    uint32_t tr_bytes;
    uint32_t tr_owner;  /* dest's, with tr_to */
    char tr_from_name[24];
    char tr_to_name[24];
    struct trace_port tr_dest, tr_reply;
};
_Static_assert(sizeof(struct trace_record) == 120, "the runner reads it");
_Static_assert(sizeof(struct trace_port) == 16, "the runner reads it");

struct trace_buffer {
    struct trace_record tb_head;
    struct trace_port tb_rights[RIGHTS_MAX];
    uint8_t tb_bytes[BYTES_MAX];
};

static struct trace_buffer users, kernels; /* K */
static struct ipc_kmsg *prepared;          /* K: users is filled for it */

static const struct task *
task_of_space(const struct ipc_space *s)
{
    struct list *l;

    list_for_each(l, &task_list) {
        const struct task *t = list_entry(l, struct task, ta_link);

        if (t->ta_space == s) {
            return t;
        }
    }
    return NULL;
}

static const struct task *
port_owner(const struct ipc_port *port)
{
    if (port->ip_state == IPS_SPACE) {
        return task_of_space(port->ip_object.io_space);
    }
    if (port->ip_state == IPS_KERNEL && port->ip_kind == IKOT_TASK) {
        return port->ip_kobject;
    }
    if (port->ip_state == IPS_KERNEL && port->ip_kind == IKOT_THREAD) {
        return ((const struct thread *)port->ip_kobject)->th_task;
    }
    return NULL;
}

static struct trace_port
describe(const struct ipc_port *port, uint32_t name, unsigned disposition)
{
    struct trace_port p = { .tp_name = name,
                            .tp_kind = KIND_DEAD,
                            .tp_disposition = (uint8_t)disposition };
    const struct task *owner;

    if (!ip_valid(port) || !ipc_port_active(port)) {
        return p;
    }
    owner = port_owner(port);
    p.tp_serial = (uint32_t)((uintptr_t)port >> 4);
    p.tp_owner = owner == NULL ? 0 : (uint32_t)owner->ta_id;
    p.tp_kind = port->ip_state == IPS_KERNEL ? (uint8_t)port->ip_kind
                                             : KIND_OTHER;
    return p;
}

/* What a name of the current task stands for. */
static struct trace_port
describe_name(uint32_t name, unsigned disposition)
{
    struct thread *th = current_thread();
    struct ipc_entry *e;
    const struct ipc_port *port = IP_NULL;

    if (name == MACH_PORT_TASK_SELF || name == MACH_PORT_THREAD_SELF ||
        name == MACH_PORT_HOST_SELF) {
        port = ipc_upcall_borrowed(th, name);
    } else if (MACH_PORT_VALID(name) &&
               ipc_right_lookup(th->th_task->ta_space, name, &e) ==
                   KERN_SUCCESS &&
               (ie_type(e) & (MACH_PORT_TYPE_SEND_RECEIVE |
                              MACH_PORT_TYPE_SEND_ONCE)) != 0) {
        port = (const struct ipc_port *)(const void *)e->ie_object;
    }
    return describe(port, name, disposition);
}

static void
add_right(struct trace_buffer *b, uint32_t index, struct trace_port p)
{
    if (b->tb_head.tr_rights < RIGHTS_MAX) {
        p.tp_index = (uint16_t)index;
        b->tb_rights[b->tb_head.tr_rights++] = p;
    }
}

/* The rights that descriptors carry.  Of arrays, those of the kernel's. */
static void
add_descriptors(struct trace_buffer *b, struct ipc_kmsg *k, bool user)
{
    uint32_t n = ipc_kmsg_descriptors(k);
    const char *d = ipc_kmsg_first_descriptor(k);

    for (uint32_t i = 0; i < n; i++) {
        unsigned type = ipc_desc_type(d);
        mach_msg_port_descriptor_t port;

        memcpy(&port, d, sizeof(port));
        if (type == MACH_MSG_PORT_DESCRIPTOR) {
            add_right(b, i, user ? describe_name(port.name, port.disposition)
                                 : describe(ipc_desc_get(d), 0,
                                            port.disposition));
        } else if (type == MACH_MSG_OOL_PORTS_DESCRIPTOR && !user) {
            const struct ipc_port_array *a = ipc_desc_get(d);

            for (uint32_t j = 0; a != NULL && j < a->pa_count; j++) {
                add_right(b, i, describe(a->pa_ports[j], 0,
                                         MACH_MSG_TYPE_PORT_SEND));
            }
        }
        d += ipc_desc_size(type);
    }
}

static void
add_bytes(struct trace_buffer *b, struct ipc_kmsg *k, bool pointers)
{
    mach_msg_size_t size = k->ikm_header.msgh_size;
    uint32_t n = ipc_kmsg_descriptors(k);
    char *first = ipc_kmsg_first_descriptor(k);
    char *d = first;

    b->tb_head.tr_bytes = size < BYTES_MAX ? size : BYTES_MAX;
    memcpy(b->tb_bytes, &k->ikm_header, b->tb_head.tr_bytes);
    for (uint32_t i = 0; pointers && i < n; i++) {
        size_t at = (size_t)(d - (char *)&k->ikm_header);

        if (at + 8 <= b->tb_head.tr_bytes) {
            memset(b->tb_bytes + at, 0, 8);
        }
        d += ipc_desc_size(ipc_desc_type(d));
    }
}

static void
set_sender(struct trace_record *r, const struct task *t)
{
    r->tr_from = t == NULL ? 0 : (uint32_t)t->ta_id;
    strlcpy(r->tr_from_name, t == NULL ? "kernel" : t->ta_name,
            sizeof(r->tr_from_name));
}

static void
begin(struct trace_buffer *b, const struct task *from,
      enum ipc_trace_event event, kern_return_t code)
{
    memset(&b->tb_head, 0, sizeof(b->tb_head));
    b->tb_head.tr_magic = MAGIC;
    b->tb_head.tr_time = clock_uptime();
    b->tb_head.tr_event = event;
    b->tb_head.tr_code = code;
    set_sender(&b->tb_head, from);
}

static void
set_dest(struct trace_record *r, const struct ipc_port *dest)
{
    const struct task *owner = ip_valid(dest) && ipc_port_active(dest)
                                   ? port_owner(dest)
                                   : NULL;

    if (owner != NULL) {
        r->tr_owner = (uint32_t)owner->ta_id;
        strlcpy(r->tr_to_name, owner->ta_name, sizeof(r->tr_to_name));
    }
}

static void
put(struct trace_buffer *b)
{
    struct trace_record *r = &b->tb_head;
    size_t rights = r->tr_rights * sizeof(b->tb_rights[0]);

    r->tr_size = (uint32_t)(sizeof(*r) + rights + r->tr_bytes);
    machine_trace_write(r, sizeof(*r));
    machine_trace_write(b->tb_rights, rights);
    machine_trace_write(b->tb_bytes, r->tr_bytes);
}

static void
prepare(struct ipc_kmsg *k, const struct ipc_port *dest)
{
    const mach_msg_header_t *h = &k->ikm_header;
    struct trace_record *r = &users.tb_head;

    begin(&users, current_thread()->th_task, IPC_TRACE_DONE, 0);
    set_dest(r, dest);
    r->tr_dest = describe(dest, h->msgh_remote_port,
                          MACH_MSGH_BITS_REMOTE(h->msgh_bits));
    r->tr_reply = describe_name(h->msgh_local_port,
                                MACH_MSGH_BITS_LOCAL(h->msgh_bits));
    add_descriptors(&users, k, true);
    add_bytes(&users, k, false);
    prepared = k;
}

static void
done(struct ipc_kmsg *k, kern_return_t code)
{
    if (prepared == k && code != KERN_BLOCKED) {
        users.tb_head.tr_code = code;
        put(&users);
    }
    prepared = NULL;
}

static void
refused(const struct ipc_kmsg *k, kern_return_t code)
{
    begin(&users, current_thread()->th_task, IPC_TRACE_REFUSED, code);
    users.tb_head.tr_bytes = sizeof(k->ikm_header);
    memcpy(users.tb_bytes, &k->ikm_header, sizeof(k->ikm_header));
    prepared = NULL;
    put(&users);
}

static void
of_kernel(struct ipc_kmsg *k, const struct ipc_port *dest)
{
    mach_msg_bits_t bits = k->ikm_header.msgh_bits;

    begin(&kernels, NULL, IPC_TRACE_KERNEL, 0);
    set_dest(&kernels.tb_head, dest);
    kernels.tb_head.tr_dest = describe(dest, 0, MACH_MSGH_BITS_REMOTE(bits));
    kernels.tb_head.tr_reply =
        describe(k->ikm_local, 0, MACH_MSGH_BITS_LOCAL(bits));
    add_descriptors(&kernels, k, false);
    add_bytes(&kernels, k, true);
    put(&kernels);
}

static void
hook(struct ipc_kmsg *k, struct ipc_port *dest, enum ipc_trace_event event,
     kern_return_t code)
{
    switch (event) {
    case IPC_TRACE_PREPARE:
        prepare(k, dest);
        break;
    case IPC_TRACE_DONE:
        done(k, code);
        break;
    case IPC_TRACE_REFUSED:
        if (code != KERN_BLOCKED) {
            refused(k, code);
        }
        break;
    default:
        of_kernel(k, dest);
        break;
    }
}

void
ipc_trace_setup(void)
{
    if (boot_option("trace=ipc") && machine_trace_present()) {
        ipc_trace_hook = hook;
        traps_forbid_direct();
    }
}
