/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking at ports and spaces, and what can be set of them: see ipc_calls.h.
 */
#include <base/string.h>
#include <mach/notify.h>
#include <ipc/ipc_calls.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_right.h>

_Static_assert(MACH_PORT_KIND_TASK == IKOT_TASK
                   && MACH_PORT_KIND_HOST_PRIV == IKOT_HOST_PRIV
                   && MACH_PORT_KIND_LEDGER == IKOT_LEDGER
                   && MACH_PORT_KIND_DMA == IKOT_DMA
                   && MACH_PORT_KIND_PROCESSOR_SET == IKOT_PROCESSOR_SET,
               "kinds of ports are told by number");

kern_return_t
ipc_call_set_qlimit(struct ipc_space *s, mach_port_name_t name,
                    natural_t qlimit)
{
    struct ipc_port *port;
    kern_return_t kr = ipc_right_lookup_receive(s, name, &port);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (qlimit > MACH_PORT_QLIMIT_MAX) {
        return KERN_INVALID_VALUE;
    }
    ipc_mqueue_set_limit(port, qlimit);
    return KERN_SUCCESS;
}

/* As many numbers as a flavour has, or 0 when it can't be asked for. */
static uint32_t
flavor_count(int flavor)
{
    switch (flavor) {
    case MACH_PORT_LIMITS_INFO:
        return MACH_PORT_LIMITS_INFO_COUNT;
    case MACH_PORT_RECEIVE_STATUS:
        return MACH_PORT_RECEIVE_STATUS_COUNT;
    case MACH_PORT_DNREQUESTS_SIZE:
        return MACH_PORT_DNREQUESTS_SIZE_COUNT;
    case MACH_PORT_GUARD_INFO:
        return MACH_PORT_GUARD_INFO_COUNT;
    default:
        return 0;
    }
}

kern_return_t
ipc_call_get_attributes(struct ipc_space *s, mach_port_name_t name,
                        int flavor, natural_t *info, uint32_t *count)
{
    uint32_t n = flavor_count(flavor);
    mach_port_status_t status;
    struct ipc_port *port;
    kern_return_t kr = ipc_right_lookup_receive(s, name, &port);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (n == 0) {
        return KERN_INVALID_ARGUMENT;
    }
    if (*count < n) {
        return KERN_FAILURE;
    }
    switch (flavor) {
    case MACH_PORT_LIMITS_INFO:
        info[0] = port->ip_qlimit;
        break;
    case MACH_PORT_RECEIVE_STATUS:
        (void)ipc_call_receive_status(s, name, &status);
        memcpy(info, &status, sizeof(status));
        break;
    case MACH_PORT_DNREQUESTS_SIZE:
        info[0] = port->ip_request_count;
        break;
    default:
        memcpy(info, &port->ip_guard, sizeof(port->ip_guard));
        break;
    }
    *count = n;
    return KERN_SUCCESS;
}

kern_return_t
ipc_call_set_attributes(struct ipc_space *s, mach_port_name_t name,
                        int flavor, const natural_t *info, uint32_t count)
{
    struct ipc_port *port;
    kern_return_t kr = ipc_right_lookup_receive(s, name, &port);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (flavor != MACH_PORT_LIMITS_INFO) {
        return KERN_INVALID_ARGUMENT;
    }
    return count < MACH_PORT_LIMITS_INFO_COUNT
               ? KERN_FAILURE
               : ipc_call_set_qlimit(s, name, info[0]);
}

kern_return_t
ipc_call_guard(struct ipc_space *s, mach_port_name_t name, uint64_t guard,
               bool strict)
{
    struct ipc_port *port;
    kern_return_t kr = ipc_right_lookup_receive(s, name, &port);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (port->ip_guarded) {
        return KERN_INVALID_ARGUMENT;
    }
    port->ip_guard = guard;
    port->ip_guarded = true;
    port->ip_strict = strict;
    return KERN_SUCCESS;
}

static kern_return_t
lookup_guarded(struct ipc_space *s, mach_port_name_t name, uint64_t guard,
               struct ipc_port **out)
{
    kern_return_t kr = ipc_right_lookup_receive(s, name, out);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    return (*out)->ip_guarded && (*out)->ip_guard == guard
               ? KERN_SUCCESS
               : KERN_INVALID_ARGUMENT;
}

kern_return_t
ipc_call_unguard(struct ipc_space *s, mach_port_name_t name, uint64_t guard)
{
    struct ipc_port *port;
    kern_return_t kr = lookup_guarded(s, name, guard, &port);

    if (kr == KERN_SUCCESS) {
        port->ip_guard = 0;
        port->ip_guarded = false;
        port->ip_strict = false;
    }
    return kr;
}

kern_return_t
ipc_call_swap_guard(struct ipc_space *s, mach_port_name_t name, uint64_t old,
                    uint64_t guard)
{
    struct ipc_port *port;
    kern_return_t kr = lookup_guarded(s, name, old, &port);

    if (kr == KERN_SUCCESS) {
        port->ip_guard = guard;
    }
    return kr;
}

static const uint32_t port_types = MACH_PORT_TYPE_SEND_RECEIVE
                                   | MACH_PORT_TYPE_SEND_ONCE;

kern_return_t
ipc_call_kobject(struct ipc_space *s, mach_port_name_t name, natural_t *kind,
                 uint64_t *number)
{
    struct ipc_entry *e;
    kern_return_t kr = ipc_right_lookup(s, name, &e);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if ((ie_type(e) & port_types) == 0) {
        return KERN_INVALID_RIGHT;
    }
    *kind = e->ie_port->ip_kind;
    *number = e->ie_port->ip_number;
    return KERN_SUCCESS;
}

kern_return_t
ipc_call_set_limits(struct ipc_space *s, uint32_t soft, uint32_t hard,
                    struct ipc_port *notify, struct ipc_port **previous)
{
    struct ipc_kmsg *k = NULL;

    *previous = IP_NULL;
    if (!s->is_active) {
        return KERN_INVALID_TASK;
    }
    if (hard > s->is_hard) {
        return KERN_NO_ACCESS;
    }
    if (notify != IP_NULL && !ipc_port_active(notify)) {
        return KERN_INVALID_CAPABILITY;
    }
    if (notify != IP_NULL) {
        k = ipc_notify_create(MACH_NOTIFY_NAME_LIMIT, notify, s->is_ledger);
        if (k == NULL) {
            return KERN_RESOURCE_SHORTAGE;
        }
    }
    if (s->is_limit_notice != NULL) {
        *previous = ipc_notify_cancel(s->is_limit_notice);
    }
    s->is_limit_notice = k;
    s->is_soft = soft;
    s->is_hard = hard != 0 ? hard : s->is_hard;
    ipc_entry_set_floor(s);
    ipc_space_count_names(s);
    return KERN_SUCCESS;
}

void
ipc_call_space_info(const struct ipc_space *s, ipc_info_space_basic_t *out)
{
    *out = (ipc_info_space_basic_t){
        .iisb_genno_mask = 0xff,
        .iisb_table_size = s->is_size,
        .iisb_table_inuse = ipc_space_used(s),
        .iisb_limit = s->is_hard,
    };
}

void
ipc_call_name_info(struct ipc_space *s, struct ipc_entry *e,
                   ipc_info_name_t *out)
{
    ipc_right_check(s, e);
    *out = (ipc_info_name_t){
        .iin_name = e->ie_name,
        .iin_type = ipc_right_type(e),
        .iin_urefs = ie_urefs(e),
    };
    if ((ie_type(e) & port_types) != 0) {
        out->iin_kind = e->ie_port->ip_kind;
        memcpy(out->iin_object, &e->ie_port->ip_number,
               sizeof(out->iin_object));
    }
}
