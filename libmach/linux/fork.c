/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork() gives the child the parent's send rights, under the same names, but
 * no receive rights: the reply port that the stubs keep is not the child's.
 */
#include <pthread.h>

#include <mach/mach.h>
#include <mach/mig_user.h>

/* Linked in by name (tools/install/linux.specs), so that it always is. */
__attribute__((constructor)) void mig_linux_start(void);

/* Takes the port that is kept.  It is put back only when there was none, and
 * this one has just been made. */
static void
forget_reply_port(void)
{
    mach_port_t port = mig_get_reply_port();

    if (mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_RECEIVE, 0) ==
        KERN_SUCCESS) {
        mig_put_reply_port(port);
    }
}

void
mig_linux_start(void)
{
    pthread_atfork(NULL, NULL, forget_reply_port);
}
