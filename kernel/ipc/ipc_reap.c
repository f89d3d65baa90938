/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reap list: dead spaces, ports, sets and messages, taken apart in
 * bounded steps, so that no chain of destructions is recursive or long.
 */
#include <sched/reaper.h>
#include <ipc/ipc_entry.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_upcall.h>

static struct list dead_objects = {&dead_objects, &dead_objects};
static struct list dead_spaces = {&dead_spaces, &dead_spaces};
static struct list dead_kmsgs = {&dead_kmsgs, &dead_kmsgs};

/* The list holds a reference. */
void
ipc_reap_object(struct ipc_object *object)
{
    object->io_refs++;
    list_push_back(&dead_objects, &object->io_reap_link);
    reaper_wakeup();
}

void
ipc_reap_space(struct ipc_space *space)
{
    list_push_back(&dead_spaces, &space->is_reap_link);
    reaper_wakeup();
}

void
ipc_reap_kmsg(struct ipc_kmsg *k)
{
    list_push_back(&dead_kmsgs, &k->ikm_link);
    reaper_wakeup();
}

static void
reap_object(struct ipc_object *object)
{
    if (object->io_type == IOT_PORT) {
        struct ipc_port *port = (struct ipc_port *)(void *)object;

        if (!ipc_port_reap(port)) {
            list_remove(&object->io_reap_link);
            ipc_port_release(port);
        }
    } else {
        struct ipc_pset *set = (struct ipc_pset *)(void *)object;

        if (!ipc_pset_reap(set)) {
            list_remove(&object->io_reap_link);
            ipc_pset_release(set);
        }
    }
}

bool
ipc_reap_step(void)
{
    struct list *l;

    if ((l = list_pop_front(&dead_kmsgs)) != NULL) {
        struct ipc_kmsg *k = list_entry(l, struct ipc_kmsg, ikm_link);

        if (ipc_kmsg_reap(k)) {
            list_push_back(&dead_kmsgs, &k->ikm_link);
        }
    } else if ((l = list_first(&dead_objects)) != NULL) {
        reap_object(list_entry(l, struct ipc_object, io_reap_link));
    } else if ((l = list_first(&dead_spaces)) != NULL) {
        struct ipc_space *s = list_entry(l, struct ipc_space, is_reap_link);

        if (!ipc_space_reap(s)) {
            list_remove(&s->is_reap_link);
            ipc_space_release(s);
        }
    }
    return !list_empty(&dead_kmsgs) || !list_empty(&dead_objects)
           || !list_empty(&dead_spaces);
}

void
ipc_census(struct ipc_census *out)
{
    ipc_kmsg_trim();
    out->ic_ports = ipc_port_count;
    out->ic_sets = ipc_pset_count;
    out->ic_messages = ipc_kmsg_count - (unsigned)ipc_kmsg_cached;
    out->ic_spaces = ipc_space_count;
}

void
ipc_setup(void)
{
    reaper_register(ipc_reap_step);
    ipc_upcall_setup();
}
