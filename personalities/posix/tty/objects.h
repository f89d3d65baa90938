/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The objects that stand behind tty's ports, as the generated code sees them.
 */
#ifndef TTY_OBJECTS_H
#define TTY_OBJECTS_H

#include <server/object.h>

struct tty_session;
struct tty_file;
struct tty_control;
typedef struct tty_session *tty_session_ref_t;
typedef struct tty_file *tty_file_ref_t;
typedef struct tty_control *tty_control_ref_t;

/* Borrowed; NULL when the message named no such object. */
tty_session_ref_t tty_session_from_port(mach_port_t name);
tty_session_ref_t tty_session_from_payload(uint64_t payload);
tty_file_ref_t tty_file_from_port(mach_port_t name);
tty_file_ref_t tty_file_from_payload(uint64_t payload);
tty_control_ref_t tty_control_from_port(mach_port_t name);
tty_control_ref_t tty_control_from_payload(uint64_t payload);

#endif
