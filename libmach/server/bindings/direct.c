/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The direct binding: a handle is a component's object in this same task, with
 * a reference.  Compiled into servers that hold all components.
 */
#include <stdlib.h>
#include <mach/mach.h>
#include <mach/mig_direct.h>
#include <server/object.h>
#include "../control.h"

void
handle_release(mig_handle_t h)
{
    if (h != MIG_HANDLE_NULL) {
        server_object_release((struct server_object *)h);
    }
}

mig_handle_t
handle_copy(mig_handle_t h)
{
    if (h != MIG_HANDLE_NULL) {
        server_object_reference((struct server_object *)h);
    }
    return h;
}

mach_port_t
handle_to_port(mig_handle_t h, mach_msg_type_name_t *disposition)
{
    *disposition = MACH_MSG_TYPE_MAKE_SEND;
    return server_object_to_port((struct server_object *)h);
}

mig_handle_t
handle_from_port(mach_port_t name, const char *component)
{
    (void)component;
    return handle_copy((mig_handle_t)server_object_lookup(name, NULL));
}

mig_handle_t
component_handle(const char *component)
{
    struct server_object *o = server_control_find(component);

    if (o == NULL) {
        server_log("no component %s in this task", component);
        return MIG_HANDLE_NULL;
    }
    return handle_copy((mig_handle_t)o);
}

/* Records of queued calls come from malloc instead of pages of their own. */
void *
mig_direct_allocate(size_t size)
{
    struct mig_direct_record *record = calloc(1, size);

    if (record != NULL) {
        record->size = size;
    }
    return record;
}

void
mig_direct_free(struct mig_direct_record *record)
{
    free(record);
}
