/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Set-user-id and set-group-id bits at execve: a copy of this program with
 * the bits, run by another user.  On Linux it must be started by root.
 */
#include "tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COPY "/tmp/set-id-copy"
#define SECRET "/tmp/set-id-secret"

enum { USER = 1000, GROUP = 1001, OTHER = 2000, OTHER_GROUP = 2001 };

struct seen {
    uid_t ruid, euid, suid;
    gid_t rgid, egid, sgid;
    unsigned long secure;
    int secret; /* could it be read? */
};

/* The copy: tell what it is. */
static int
tell(void)
{
    struct seen s;
    int fd = open(SECRET, O_RDONLY);

    getresuid(&s.ruid, &s.euid, &s.suid);
    getresgid(&s.rgid, &s.egid, &s.sgid);
    s.secure = getauxval(AT_SECURE);
    s.secret = fd >= 0;
    return write(1, &s, sizeof(s)) != sizeof(s);
}

static void
copy_program(void)
{
    static char buffer[65536];
    int in = open("/proc/self/exe", O_RDONLY);
    int out = open(COPY, O_WRONLY | O_CREAT | O_TRUNC, 0700);
    ssize_t n;

    while ((n = read(in, buffer, sizeof(buffer))) > 0) {
        if (write(out, buffer, (size_t)n) != n) {
            break;
        }
    }
    close(in);
    close(out);
}

/* Run the copy as USER:GROUP, after a fork or a vfork. */
static struct seen
run(int by_vfork)
{
    struct seen s = {0};
    int fds[2], status = -1;
    pid_t pid;

    if (pipe(fds) != 0) {
        return s;
    }
    pid = fork();
    if (pid == 0) {
        char *argv[] = {COPY, "tell", NULL};

        dup2(fds[1], 1);
        if (setgid(GROUP) != 0 || setuid(USER) != 0) {
            _exit(120);
        }
        if (by_vfork) {
            pid = vfork();
            if (pid > 0) {
                waitpid(pid, &status, 0);
                _exit(WEXITSTATUS(status));
            }
        }
        execv(COPY, argv);
        _exit(121);
    }
    close(fds[1]);
    if (read(fds[0], &s, sizeof(s)) != sizeof(s)) {
        memset(&s, 0xff, sizeof(s));
    }
    close(fds[0]);
    waitpid(pid, &status, 0);
    tap_check(status == 0, "the copy ran (status %x)", status);
    return s;
}

static int
ids_are(const struct seen *s, uid_t euid, gid_t egid)
{
    return s->ruid == USER && s->euid == euid && s->suid == euid &&
           s->rgid == GROUP && s->egid == egid && s->sgid == egid;
}

static void
test_mode(mode_t mode, uid_t euid, gid_t egid, int by_vfork)
{
    int changed = euid != USER || egid != GROUP;
    struct seen s;

    tap_check(chmod(COPY, mode) == 0, "chmod %o", mode);
    s = run(by_vfork);
    tap_check(ids_are(&s, euid, egid), "mode %o: uid %u %u %u gid %u %u %u",
              mode, s.ruid, s.euid, s.suid, s.rgid, s.egid, s.sgid);
    tap_check((s.secure != 0) == changed, "AT_SECURE is %lu", s.secure);
    tap_check(s.secret == (euid == OTHER), "files are opened as that user");
}

int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "tell") == 0) {
        return tell();
    }
    if (geteuid() != 0) {
        printf("1..0 # SKIP not root\n");
        return 0;
    }
    unlink(COPY);
    copy_program();
    close(open(SECRET, O_WRONLY | O_CREAT, 0400));
    tap_check(chown(SECRET, OTHER, OTHER_GROUP) == 0, "a secret");
    tap_check(chown(COPY, OTHER, OTHER_GROUP) == 0, "someone else's program");
    for (int by_vfork = 0; by_vfork < 2; by_vfork++) {
        test_mode(0755, USER, GROUP, by_vfork);
        test_mode(04755, OTHER, GROUP, by_vfork);
        test_mode(02755, USER, OTHER_GROUP, by_vfork);
        test_mode(06755, OTHER, OTHER_GROUP, by_vfork);
        test_mode(02745, USER, GROUP, by_vfork); /* no x for the group */
    }
    tap_check(chown(COPY, 0, 0) == 0, "chown");
    struct stat st;
    tap_check(stat(COPY, &st) == 0 && (st.st_mode & S_ISUID) == 0,
              "chown takes the set-id bits away (%o)", st.st_mode);
    unlink(COPY);
    unlink(SECRET);
    return tap_done();
}
