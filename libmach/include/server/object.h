/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libserver: objects behind ports, and the loop that serves them.
 *
 * A server object is a C structure with a struct server_object as its first
 * member.  Its port is made when it is first handed out; the port's protected payload is the
 * object's address, so a message finds its object without a look-up.
 *
 * References: an object lives while so_refs > 0.  The creator holds one,
 * each handle held by another component in the same task one, and all send
 * rights outside together one.  When the last send right goes, class->no_senders is called (if
 * not NULL) and that one is dropped; with the last reference class->destroy.
 *
 * A server task has one thread (server_run); a component is a monitor.
 */
#ifndef SERVER_OBJECT_H
#define SERVER_OBJECT_H

#include <stdbool.h>
#include <mach/message.h>
#include <mach/mig_types.h>

struct server_object;
struct mig_subsystem;

struct server_class {
    const char *sc_name;
    /* Interfaces that its objects understand; NULL ends. */
    const struct mig_subsystem *const *sc_subsystems;
    /* The last right outside is gone. May be NULL. */
    void (*sc_no_senders)(struct server_object *o);
    /* The last reference is gone: free it. */
    void (*sc_destroy)(struct server_object *o);
    /* Who waits for a late answer (server_reply_later) is interrupted: answer
     * at once.  NULL: no request can be cancelled. */
    kern_return_t (*sc_cancel)(struct server_object *o, uint64_t cookie);
};

struct server_object {
    const struct server_class *so_class;
    mach_port_t so_port;  /* receive right, MACH_PORT_NULL until needed */
    uint32_t so_refs;
    bool so_exported;     /* send rights are (or may be) outside */
    bool so_armed;        /* a no-senders request stands */
    uint32_t so_mscount;  /* make-send count when last heard of */
};
typedef struct server_object *server_object_ref_t;

void server_object_init(struct server_object *o, const struct server_class *c);
void server_object_reference(void *o);
void server_object_release(void *o);

/* The object's receive right, for a message argument of type make_send; marks it exported.
 * NULL gives MACH_PORT_NULL. */
mach_port_t server_object_to_port(void *o);
/* The same for an object that is handed over: the giver's reference goes. */
static inline mach_port_t
server_object_give_port(void *o)
{
    mach_port_t name = server_object_to_port(o);

    if (o != NULL) {
        server_object_release(o);
    }
    return name;
}

/* A message with a send right made of this object's port could not be sent (a
 * deferred reply failed): if there are no other rights outside, it is as if
 * the last one had gone.  The loop does this for the answers it sends. */
void server_object_unsent(void *o);

/* The object of this class (NULL: of any) behind a name in this task, borrowed; NULL when
 * it is not such a one.  The name's send reference stays the caller's (generated code drops it). */
void *server_object_lookup(mach_port_t name, const struct server_class *c);
/* The same for the payload of a received message. */
void *server_object_of_payload(uint64_t payload, const struct server_class *c);
server_object_ref_t server_object_from_port(mach_port_t name);
server_object_ref_t server_object_from_payload(uint64_t payload);

/*
 * Handles: references to objects of other components.  In one task: pointers
 * with a reference; between tasks: names of send rights.  The binding that
 * is linked in decides.
 */
void handle_release(mig_handle_t h);
mig_handle_t handle_copy(mig_handle_t h);
/* For sending to a client or inserting in a task: name and disposition (MAKE_SEND or COPY_SEND). */
mach_port_t handle_to_port(mig_handle_t h, mach_msg_type_name_t *disposition);
/* A name received from a client (which keeps the name): a handle of its own, or 0. */
mig_handle_t handle_from_port(mach_port_t name, const char *component);
/* The control object of a component: "vfs", "proc", "tty", "pipe", "exec". Waits until it is there. */
mig_handle_t component_handle(const char *component);
/* Each component has one: makes its control object and whatever else it needs. */
struct server_object *vfs_start(void);
struct server_object *proc_start(void);
struct server_object *tty_start(void);
struct server_object *pipe_start(void);
struct server_object *exec_start(void);
struct server_object *init_start(void);

/* Watch a port for the kernel's dead-name notification: fn(arg, name) once (name's notification uref is dropped after). */
kern_return_t server_on_death(mach_port_t name, void (*fn)(void *, mach_port_t),
                              void *arg);
void server_death_cancel(mach_port_t name, void (*fn)(void *, mach_port_t),
                         void *arg);
/* Call fn(arg) at deadline (ns of uptime), once; returns an id for cancel. */
uint64_t server_timer(uint64_t deadline, void (*fn)(void *), void *arg);
void server_timer_cancel(uint64_t id);
/*
 * A routine that is going to answer late keeps its reply port by this: the right to
 * answer a call has no name before.  o is the object that was called; it is
 * cancelled with the cookie when a call's sender is interrupted.
 * MACH_PORT_NULL: there is no room for a name; answer an error now.
 */
mach_port_t server_reply_later(mach_port_t reply, void *o, uint64_t cookie);
/* After the current message has been answered. */
void server_defer(void (*fn)(void *), void *arg);

/* Serve for ever. check_in: name of the bootstrap service whose receive right
 * becomes the control object's port, one for each control object. */
void server_add_control(const char *service, struct server_object *o);
_Noreturn void server_run(void);
/* Before that: serve synchronous calls, too (the program has
 * bindings/listen.c).  False: there is no memory for it. */
bool server_listens(void);

/* This task's bootstrap port (<bootstrap/bootstrap.h>). */
extern mach_port_t bootstrap_port;

/* Print to the kernel log: one line. */
void server_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
