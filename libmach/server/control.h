/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the bindings: the control objects of this task.
 */
#ifndef LIBSERVER_CONTROL_H
#define LIBSERVER_CONTROL_H

#include <server/object.h>

/* NULL when no such component is in this task (yet). */
struct server_object *server_control_find(const char *component);

#endif
