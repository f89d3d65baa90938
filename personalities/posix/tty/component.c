/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The component's objects and what proc and init ask of it.
 */
#include <stdlib.h>
#include <mach/mig_take.h>
#include <io/tty_S_io_server.h>
#include <tty/tty_S_tty_server.h>
#include <tty_control/tty_S_tty_control_server.h>
#include "internal.h"

#define CONSOLE_DEVICE 0x501u /* 5:1 */

struct terminal tty_console;

static void
session_no_senders(struct server_object *o)
{
    tty_requests_drop_session(&tty_console, (struct tty_session *)o);
}

static void
free_object(struct server_object *o)
{
    free(o);
}

static void
session_destroy(struct server_object *o)
{
    tty_requests_drop_session(&tty_console, (struct tty_session *)o);
    free(o);
}

static void
file_no_senders(struct server_object *o)
{
    tty_watches_drop_file((struct tty_file *)o);
}

static const struct mig_subsystem *const session_subsystems[] = {
    &tty_S_tty_subsystem, NULL};
static const struct mig_subsystem *const file_subsystems[] = {
    &tty_S_io_subsystem, NULL};
static const struct mig_subsystem *const control_subsystems[] = {
    &tty_S_tty_control_subsystem, NULL};

static kern_return_t
session_cancel(struct server_object *o, uint64_t cookie)
{
    return tty_S_tty_cancel((tty_session_ref_t)o, cookie);
}

const struct server_class tty_session_class = {
    .sc_name = "tty session", .sc_subsystems = session_subsystems,
    .sc_no_senders = session_no_senders, .sc_destroy = session_destroy,
    .sc_cancel = session_cancel};
const struct server_class tty_file_class = {
    .sc_name = "open terminal", .sc_subsystems = file_subsystems,
    .sc_no_senders = file_no_senders, .sc_destroy = free_object,
    .sc_cancel = tty_S_io_cancel};
const struct server_class tty_control_class = {
    .sc_name = "tty control", .sc_subsystems = control_subsystems};

/* ---- translations ------------------------------------------------------- */

tty_session_ref_t
tty_session_from_port(mach_port_t name)
{
    return server_object_lookup(name, &tty_session_class);
}

tty_session_ref_t
tty_session_from_payload(uint64_t payload)
{
    return server_object_of_payload(payload, &tty_session_class);
}

tty_file_ref_t
tty_file_from_port(mach_port_t name)
{
    return server_object_lookup(name, &tty_file_class);
}

tty_file_ref_t
tty_file_from_payload(uint64_t payload)
{
    return server_object_of_payload(payload, &tty_file_class);
}

tty_control_ref_t
tty_control_from_port(mach_port_t name)
{
    return server_object_lookup(name, &tty_control_class);
}

tty_control_ref_t
tty_control_from_payload(uint64_t payload)
{
    return server_object_of_payload(payload, &tty_control_class);
}

/* ---- files -------------------------------------------------------------- */

struct tty_file *
tty_file_create(struct terminal *t, uint32_t flags)
{
    struct tty_file *f = calloc(1, sizeof(*f));

    if (f != NULL) {
        server_object_init(&f->object, &tty_file_class);
        f->terminal = t;
        f->flags = flags & (L_O_ACCMODE | L_O_APPEND | L_O_NONBLOCK |
                            L_O_ASYNC);
        f->generation = t->generation;
    }
    return f;
}

mach_port_t
tty_file_export(struct tty_file *f)
{
    mach_port_t port = f != NULL ? server_object_to_port(f) : MACH_PORT_NULL;

    if (f != NULL) {
        server_object_release(f); /* the rights outside hold it from now on */
    }
    return port;
}

/* ---- tty_control.defs --------------------------------------------------- */

kern_return_t
tty_S_tty_session_create(tty_control_ref_t control, int pid, int pgid, int sid,
                         tty_session_ref_t *session)
{
    struct tty_session *s = calloc(1, sizeof(*s));

    (void)control;
    if (s == NULL) {
        return POSIX_ERROR(L_ENOMEM);
    }
    server_object_init(&s->object, &tty_session_class);
    s->pid = pid;
    s->pgid = pgid;
    s->sid = sid;
    if (tty_console.claimed && pid == sid) {
        tty_console.claimed = false;
        tty_console.sid = sid;
        tty_console.foreground = pgid;
    }
    *session = s;
    return KERN_SUCCESS;
}

kern_return_t
tty_S_tty_session_update(tty_control_ref_t control, tty_session_ref_t session,
                         int pgid, int sid)
{
    (void)control;
    if (session == NULL) {
        return POSIX_ERROR(L_EINVAL);
    }
    session->pgid = pgid;
    if (session->sid != sid) {
        session->sid = sid;
        session->detached = false;
    }
    return KERN_SUCCESS;
}

kern_return_t
tty_S_tty_leader_exit(tty_control_ref_t control, int sid)
{
    struct terminal *t = &tty_console;

    (void)control;
    if (sid != 0 && t->sid == sid) {
        terminal_hang_up(t);
        t->generation++;
        tty_requests_hang_up(t);
        terminal_pump(t);
    }
    return KERN_SUCCESS;
}

kern_return_t
tty_S_tty_console_open(tty_control_ref_t control, int sid, mach_port_t *object)
{
    struct terminal *t = &tty_console;
    mach_port_t port;

    (void)control;
    if (t->line == MACH_PORT_NULL) {
        return POSIX_ERROR(L_ENODEV);
    }
    port = tty_file_export(tty_file_create(t, L_O_RDWR));
    if (port == MACH_PORT_NULL) {
        return POSIX_ERROR(L_ENOMEM);
    }
    t->sid = sid;
    t->foreground = sid;
    t->claimed = sid == 0;
    *object = port;
    terminal_pump(t);
    return KERN_SUCCESS;
}

kern_return_t
tty_S_tty_set_window(tty_control_ref_t control, uint32_t rows,
                     uint32_t columns)
{
    struct linux_winsize w = {.ws_row = (uint16_t)rows,
                              .ws_col = (uint16_t)columns};

    (void)control;
    terminal_set_window(&tty_console, &w);
    return KERN_SUCCESS;
}

kern_return_t
tty_S_tty_drain(tty_control_ref_t control, mach_port_t notify)
{
    struct tty_request *r;

    (void)control;
    if (!MACH_PORT_VALID(notify)) {
        return KERN_INVALID_ARGUMENT;
    }
    r = tty_request_create(REQUEST_DRAIN, NULL, NULL, MACH_PORT_NULL, 0, 0);
    if (r == NULL) {
        return POSIX_ERROR(L_ENOMEM);
    }
    r->notify = mig_take_port(notify);
    tty_request_add(r);
    return KERN_SUCCESS;
}

struct server_object *
tty_start(void)
{
    struct tty_control *c = calloc(1, sizeof(*c));

    if (c == NULL) {
        return NULL;
    }
    server_object_init(&c->object, &tty_control_class);
    ldisc_init(&tty_console.ldisc);
    tty_console.device = CONSOLE_DEVICE;
    tty_device_start(&tty_console, "serial0");
    return &c->object;
}
