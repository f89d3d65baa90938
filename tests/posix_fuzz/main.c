/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attackers as processes, and a parent that looks whether the system stands
 * (see README.md).
 */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <host/host.h>
#include "../posix/tap.h"
#include "fuzz.h"

#define MESSAGES 2000
#define BATCH 200
#define STALL_MS 3000
#define USER 1000
#define PORTS_SLACK 24

#define INTERFACES(x)                                                       \
    x(host) x(task) x(thread) x(mach_port) x(mach_vm) x(bootstrap) x(io)    \
    x(io_event) x(vfs) x(vfs_control) x(pipe) x(tty) x(tty_control) x(proc) \
    x(proc_control) x(exec) x(init) x(serial)
#define DECLARE(name) extern const struct mig_fuzz_interface name##_fuzz;
#define POINT(name) &name##_fuzz,
INTERFACES(DECLARE)

const struct mig_fuzz_interface *const fuzz_interfaces[] = {
    INTERFACES(POINT)
    /* Where an attacker of a system looks first. */
    &io_fuzz, &vfs_fuzz, &pipe_fuzz, &proc_fuzz, &tty_fuzz, &vfs_fuzz,
    &proc_fuzz, &io_fuzz,
};
const unsigned fuzz_interface_count =
    sizeof(fuzz_interfaces) / sizeof(fuzz_interfaces[0]);

/* Trusted clients may end the system by these; nobody else is to have them. */
const char *const fuzz_forbidden[] = {
    "host_reboot", "host_tasks", "init_exited", "init_drained",
    "proc_signal_process", "proc_signal_group", NULL,
};

struct progress *progress;

const struct mig_fuzz_routine *
fuzz_routine(const char *name)
{
    for (unsigned i = 0; i < fuzz_interface_count; i++) {
        for (uint32_t k = 0; k < fuzz_interfaces[i]->count; k++) {
            if (strcmp(fuzz_interfaces[i]->routine[k].name, name) == 0) {
                return &fuzz_interfaces[i]->routine[k];
            }
        }
    }
    return NULL;
}

void
mach_printf(const char *format, ...)
{
    va_list list;

    if (!progress->print) {
        return; /* servers answer late: no wonder that it is not there */
    }
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
}

static void
pause_ms(unsigned ms)
{
    usleep(ms * 1000);
}

static void
attacker(void)
{
    struct rlimit few = { 12, 12 };

    setpgid(0, 0);
    if (chdir("/tmp/fuzz") != 0 || setrlimit(RLIMIT_NPROC, &few) != 0 ||
        setresgid(USER, USER, USER) != 0 ||
        setresuid(USER, USER, USER) != 0) {
        _exit(2);
    }
    attack_main();
}

/* One attacker; it is killed when it is done, or stands still. */
static int
batch(uint64_t seed, uint64_t count, bool forge, bool print)
{
    uint64_t seen = ~0ull;
    unsigned still = 0;
    int status = 0;
    pid_t pid;

    memset(progress, 0, sizeof(*progress));
    progress->seed = seed;
    progress->count = count;
    progress->forge = forge;
    progress->print = print;
    progress->patience = 1;
    pid = fork();
    if (pid == 0) {
        attacker();
    }
    while (pid > 0 && !progress->done && still < STALL_MS / 5) {
        pause_ms(5);
        still = progress->sent == seen ? still + 1 : 0;
        seen = progress->sent;
        if (waitpid(pid, &status, WNOHANG) == pid) {
            return status;
        }
    }
    if (pid > 0) {
        kill(-pid, SIGKILL);
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
    }
    return status;
}

static bool
files_work(void)
{
    char text[8] = "";
    int fd = open("/tmp/alive", O_RDWR | O_CREAT | O_TRUNC, 0600);
    bool good = fd >= 0 && write(fd, "alive", 5) == 5 &&
                lseek(fd, 0, SEEK_SET) == 0 && read(fd, text, 8) == 5 &&
                memcmp(text, "alive", 5) == 0;

    close(fd);
    return good && unlink("/tmp/alive") == 0;
}

static bool
pipes_and_processes_work(void)
{
    char c = 0;
    int ends[2], status;
    pid_t pid;

    if (pipe(ends) != 0) {
        return false;
    }
    pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", "test -e /etc/passwd && exit 7",
              (char *)NULL);
        _exit(1);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid ||
        !WIFEXITED(status) || WEXITSTATUS(status) != 7 ||
        write(ends[1], "x", 1) != 1 || read(ends[0], &c, 1) != 1) {
        return false;
    }
    close(ends[0]);
    close(ends[1]);
    return c == 'x';
}

/* By a child: the stub's reply port would not be a later child's. */
static void
census(uint64_t counts[16])
{
    mach_msg_type_number_t n = 16;
    pid_t pid = fork();

    if (pid == 0) {
        host_census(mach_host_self(), progress->census, &n);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    memcpy(counts, progress->census, sizeof(progress->census));
}

/* Tasks, threads, ports and spaces are as many as before. */
static bool
census_returns(const uint64_t before[16])
{
    uint64_t now[16] = { 0 };

    for (unsigned i = 0; i < 300; i++) {
        census(now);
        if (now[0] <= before[0] && now[1] <= before[1] &&
            now[2] <= before[2] + PORTS_SLACK && now[7] <= before[7]) {
            return true;
        }
        pause_ms(10);
    }
    printf("# tasks %lu to %lu, threads %lu to %lu, ports %lu to %lu, "
           "spaces %lu to %lu\n", before[0], now[0], before[1], now[1],
           before[2], now[2], before[7], now[7]);
    return false;
}

static void
test_forged(void)
{
    batch(0, 0, true, false);
    tap_check(progress->done && progress->sent == 0 && progress->kinds > 5,
              "forged notifications have been sent to %lu rights",
              progress->kinds);
    tap_check(files_work() && pipes_and_processes_work(),
              "and have no effect");
}

static void
test_random(uint64_t messages, uint64_t seed)
{
    uint64_t before[16] = { 0 }, sent = 0, accepted = 0, answered = 0;
    unsigned early = 0, number = 0;
    bool good = true;

    batch(seed, BATCH, false, false);
    pause_ms(200);
    census(before);
    while (sent < messages && good) {
        uint64_t from = sent;

        batch(seed * 1000003 + number, BATCH, false, false);
        sent += progress->sent;
        accepted += progress->accepted;
        answered += progress->answered;
        early += !progress->done;
        good = files_work() && pipes_and_processes_work() && sent > from;
        if (!good) {
            printf("# batch %u of seed %lu; the last message:\n", number,
                   seed);
            for (unsigned i = 0; i < 16; i++) {
                printf("%s%08x%s", i % 8 == 0 ? "#  " : " ",
                       progress->last[i], i % 8 == 7 ? "\n" : "");
            }
        }
        number++;
    }
    printf("# seed %lu: %lu messages, %lu accepted, %lu answered with "
           "success, %u of %u attackers ended early\n", seed, sent, accepted,
           answered, early, number);
    tap_check(good, "after each batch files, pipes and processes work");
    tap_check(accepted * 4 > sent && answered * 50 > sent,
              "a quarter was accepted, one in fifty seen carried out");
    tap_check(census_returns(before), "nothing is left of the attackers");
}

int
main(int argc, char **argv)
{
    uint64_t messages = argc > 1 ? strtoull(argv[1], NULL, 0) : MESSAGES;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;

    progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (progress == MAP_FAILED || mkdir("/tmp/fuzz", 0777) != 0 ||
        chmod("/tmp/fuzz", 0777) != 0) {
        perror("posix-fuzz");
        return 1;
    }
    if (argc > 3) { /* that batch again, printed */
        batch(seed * 1000003 + strtoull(argv[3], NULL, 0), BATCH, false,
              true);
        return 0;
    }
    test_forged();
    test_random(messages, seed);
    return tap_done();
}
