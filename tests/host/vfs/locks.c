/* SPDX-License-Identifier: BSD-2-Clause */
/* Record locks and flock. */
#include "tests.h"

static vfs_session_ref_t a, b;
static mach_port_t f, g;

static kern_return_t
lock(vfs_session_ref_t s, mach_port_t file, int type, int64_t start,
     int64_t length, mach_port_t reply)
{
    fake_answers[reply].given = false;
    return vfs_S_vfs_lock(s, reply, reply, fake_object(file), type, start,
                          length, reply != 0);
}

static void
records(void)
{
    int type = L_F_WRLCK, pid;
    int64_t start = 0, length = 0;

    OK(lock(a, f, L_F_WRLCK, 0, 100, 0) == KERN_SUCCESS);
    OK(lock(a, f, L_F_UNLCK, 40, 20, 0) == KERN_SUCCESS); /* split */
    OK(lock(b, f, L_F_WRLCK, 40, 20, 0) == KERN_SUCCESS);
    OK_ERR(lock(b, f, L_F_RDLCK, 30, 20, 0), EAGAIN);
    OK(vfs_S_vfs_lock_get(b, fake_object(f), &type, &start, &length, &pid) ==
       KERN_SUCCESS && type == L_F_WRLCK && start == 0 && length == 40 &&
       pid == 7);
    OK(lock(b, f, L_F_RDLCK, 60, 40, 3) == MIG_NO_REPLY);
    OK_ERR(lock(a, f, L_F_WRLCK, 45, 1, 4), EDEADLK);
    OK(lock(a, f, L_F_UNLCK, 0, 0, 0) == KERN_SUCCESS);
    OK(fake_answers[3].given && fake_answers[3].code == KERN_SUCCESS);
    OK(lock(a, f, L_F_WRLCK, 0, 0, 5) == MIG_NO_REPLY);
    OK(vfs_S_vfs_cancel(a, 5) == KERN_SUCCESS);
    OK(fake_answers[5].code == ERR(EINTR));
    OK(lock(a, f, L_F_WRLCK, 0, 0, 6) == MIG_NO_REPLY);
    server_object_release(b); /* its process ends */
    OK(fake_answers[6].given && fake_answers[6].code == KERN_SUCCESS);
}

static void
flocks(void)
{
    OK(vfs_S_vfs_flock(a, 1, 1, fake_object(f), L_LOCK_SH) == KERN_SUCCESS);
    OK(vfs_S_vfs_flock(a, 1, 1, fake_object(g), L_LOCK_SH) == KERN_SUCCESS);
    OK_ERR(vfs_S_vfs_flock(a, 1, 1, fake_object(f), L_LOCK_EX | L_LOCK_NB),
           EAGAIN);
    fake_answers[2].given = false;
    OK(vfs_S_vfs_flock(a, 2, 2, fake_object(f), L_LOCK_EX) == MIG_NO_REPLY);
    CLOSE(g);
    OK(fake_answers[2].given && fake_answers[2].code == KERN_SUCCESS);
}

void
test_locks(void)
{
    a = new_session(0);
    b = new_session(0);
    f = open_as(root, "/tmp/lock", L_O_CREAT | L_O_RDWR, 0644);
    g = open_as(root, "/tmp/lock", L_O_RDWR, 0);
    records();
    flocks();
    CLOSE(f);
    server_object_release(a);
    UNLINK("/tmp/lock");
}
