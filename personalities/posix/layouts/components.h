/* SPDX-License-Identifier: BSD-2-Clause */
/* The POSIX personality's components and whom each calls. */
#ifndef LAYOUTS_COMPONENTS_H
#define LAYOUTS_COMPONENTS_H

/* COMPONENT(name, calls...) */
#define POSIX_COMPONENTS(COMPONENT)              \
    COMPONENT(pipe)                              \
    COMPONENT(vfs, "pipe")                       \
    COMPONENT(tty)                               \
    COMPONENT(exec)                              \
    COMPONENT(proc, "vfs", "tty", "pipe", "exec") \
    COMPONENT(init, "proc", "vfs", "tty", "pipe")

#endif
