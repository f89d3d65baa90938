/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel and the other components, as far as proc notices.  Names of tasks
 * and threads are numbers from one counter, and never used again.
 */
#include <string.h>

#include <mach/mach.h>

#include <exec/exec.h>
#include <mach_port/mach_port.h>
#include <proc/proc_replies.h>
#include <task/task.h>
#include <thread/thread.h>
#include <tty_control/tty_control.h>
#include <vfs_control/vfs_control.h>

#include "tests.h"

#define NAME_FIRST 10000u
#define NAMES 20000u
#define DEATHS 512

const struct mig_subsystem proc_S_proc_subsystem,
    proc_S_proc_control_subsystem, proc_S_exc_subsystem;

struct answer answers[REPLIES];
bool replies_fail, fake_exec_fails;
posix_creds_t fake_session_creds;
uint32_t fake_file_uid = ~0u;
posix_ids_t fake_block_ids;

static mach_port_t last_name = NAME_FIRST;
static int suspended[NAMES];
static bool dead[NAMES];
static unsigned kicks;
static struct {
    mach_port_t name;
    void (*fn)(void *, mach_port_t);
    void *arg;
} deaths[DEATHS];

static mach_port_t
new_name(void)
{
    return ++last_name;
}

kern_return_t
server_on_death(mach_port_t name, void (*fn)(void *, mach_port_t), void *arg)
{
    for (unsigned i = 0; i < DEATHS; i++) {
        if (deaths[i].fn == NULL) {
            deaths[i].name = name;
            deaths[i].fn = fn;
            deaths[i].arg = arg;
            return KERN_SUCCESS;
        }
    }
    return KERN_RESOURCE_SHORTAGE;
}

void
server_death_cancel(mach_port_t name, void (*fn)(void *, mach_port_t),
                    void *arg)
{
    for (unsigned i = 0; i < DEATHS; i++) {
        if (deaths[i].name == name && deaths[i].fn == fn &&
            deaths[i].arg == arg) {
            deaths[i].fn = NULL;
            return;
        }
    }
}

void
fake_deaths(void)
{
    for (unsigned i = 0; i < DEATHS; i++) {
        void (*fn)(void *, mach_port_t) = deaths[i].fn;

        if (fn != NULL && dead[deaths[i].name - NAME_FIRST]) {
            deaths[i].fn = NULL;
            fn(deaths[i].arg, deaths[i].name);
        }
    }
}

unsigned
fake_kicks(void)
{
    return kicks;
}

bool
fake_suspended(mach_port_t task)
{
    return suspended[task - NAME_FIRST] > 0;
}

kern_return_t
task_create(mach_port_t parent, mach_port_t ledger, boolean_t inherit,
            mach_port_t *child)
{
    (void)parent, (void)ledger, (void)inherit;
    *child = new_name();
    return KERN_SUCCESS;
}

kern_return_t
task_terminate(mach_port_t task)
{
    bool again = dead[task - NAME_FIRST];

    dead[task - NAME_FIRST] = true;
    return again ? KERN_TERMINATED : KERN_SUCCESS;
}

kern_return_t
task_suspend(mach_port_t task)
{
    suspended[task - NAME_FIRST]++;
    return KERN_SUCCESS;
}

kern_return_t
task_resume(mach_port_t task)
{
    suspended[task - NAME_FIRST]--;
    return KERN_SUCCESS;
}

kern_return_t
thread_create(mach_port_t task, mach_port_t *thread)
{
    (void)task;
    *thread = new_name();
    return KERN_SUCCESS;
}

kern_return_t
thread_kick(mach_port_t thread)
{
    (void)thread;
    kicks++;
    return KERN_SUCCESS;
}

kern_return_t
mach_port_extract_right(mach_port_t task, mach_port_name_t name,
                        uint32_t disposition, mach_port_t *poly,
                        mach_msg_type_name_t *type)
{
    (void)task, (void)disposition;
    *poly = name;
    *type = MACH_MSG_TYPE_MOVE_SEND;
    return KERN_SUCCESS;
}

kern_return_t
exec_build(mig_handle_t service, mach_port_t ledger_of, pointer_t block,
           mach_msg_type_number_t size, mach_port_t *task, mach_port_t *thread)
{
    (void)service, (void)ledger_of, (void)size;
    if (fake_exec_fails) {
        return ERR(ENOMEM);
    }
    fake_block_ids = ((const struct exec_block *)block)->ids;
    *task = new_name();
    *thread = new_name();
    return KERN_SUCCESS;
}

kern_return_t
vfs_session_create(mig_handle_t control, mig_handle_t from, int pid,
                   posix_creds_t creds, mig_handle_t *session)
{
    (void)control, (void)from, (void)pid;
    fake_session_creds = creds;
    *session = 1;
    return KERN_SUCCESS;
}

kern_return_t
vfs_session_set_creds(mig_handle_t control, mig_handle_t session,
                      posix_creds_t creds)
{
    (void)control, (void)session;
    fake_session_creds = creds;
    return KERN_SUCCESS;
}

kern_return_t
vfs_exec_creds(mig_handle_t control, mig_handle_t session,
               mig_handle_t object, posix_creds_t *creds)
{
    (void)control, (void)session, (void)object;
    if (fake_file_uid != ~0u) {
        creds->uid = fake_file_uid;
    }
    return KERN_SUCCESS;
}

kern_return_t
tty_session_create(mig_handle_t control, int pid, int pgid, int sid,
                   mig_handle_t *session)
{
    (void)control, (void)pid, (void)pgid, (void)sid;
    *session = 1;
    return KERN_SUCCESS;
}

static kern_return_t
answer(mach_port_t reply, kern_return_t code, int pid, int status)
{
    if (replies_fail) {
        return MACH_SEND_INVALID_DEST;
    }
    answers[reply] = (struct answer){true, code, pid, status};
    return KERN_SUCCESS;
}

kern_return_t
proc_wait_reply(mach_port_t reply, kern_return_t code, int found, int status,
                posix_rusage_t rusage)
{
    (void)rusage;
    return answer(reply, code, found, status);
}

kern_return_t
proc_stop_reply(mach_port_t reply, kern_return_t code)
{
    return answer(reply, code, 0, 0);
}

mach_port_t
handle_to_port(mig_handle_t h, mach_msg_type_name_t *disposition)
{
    *disposition = MACH_MSG_TYPE_COPY_SEND;
    return (mach_port_t)h;
}

mig_handle_t
handle_from_port(mach_port_t name, const char *component)
{
    (void)component;
    return name;
}
