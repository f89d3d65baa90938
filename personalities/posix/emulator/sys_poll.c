/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poll, select and their relatives.
 *
 * Each object that can be waited for is asked once with io_watch: it says
 * what is ready, or keeps one registration that fires at this thread's event
 * port.  As soon as one is ready the others are only asked.  Registrations that
 * did not fire are taken back; a message that was under way carries an old generation
 * and is ignored.
 */
#include <io/io.h>
#include "syscall.h"
#include "wait_event.h"

#define POLL_MAX 1024u
#define READY_ALWAYS (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)

struct watch {
    mach_port_t port;
    bool registered;
};

struct poll_set {
    struct linux_pollfd *fds;
    struct watch *watches;
    uint32_t count;
    uint32_t ready;
    uint32_t generation;
};

static uint64_t
cookie_of(const struct poll_set *s, uint32_t index)
{
    return (uint64_t)s->generation << 32 | index;
}

static void
note(struct poll_set *s, uint32_t index, uint32_t events)
{
    struct linux_pollfd *p = &s->fds[index];
    uint32_t wanted = (uint16_t)p->events | POLLERR | POLLHUP | POLLNVAL;

    events &= wanted;
    if (events != 0 && p->revents == 0) {
        s->ready++;
    }
    p->revents = (int16_t)((uint32_t)(uint16_t)p->revents | events);
}

/* port: where to tell; null: only ask. */
static void
ask(struct poll_set *s, uint32_t index, mach_port_t port)
{
    struct linux_pollfd *p = &s->fds[index];
    struct watch *w = &s->watches[index];
    struct fd fd;
    uint32_t events;

    p->revents = 0;
    w->registered = false;
    if (p->fd < 0) {
        return;
    }
    if (fd_get((uint64_t)p->fd, &fd) < 0) {
        note(s, index, POLLNVAL);
        return;
    }
    if (fd.kind != KIND_PIPE && fd.kind != KIND_SOCKET &&
        fd.kind != KIND_TTY) {
        note(s, index, READY_ALWAYS);
        return;
    }
    w->port = fd.port;
    if (io_watch(fd.port, (uint16_t)p->events, port, cookie_of(s, index),
                 &events) != KERN_SUCCESS) {
        note(s, index, POLLERR);
        return;
    }
    note(s, index, events);
    w->registered = port != MACH_PORT_NULL && events == 0;
}

static void
unwatch(struct poll_set *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->watches[i].registered) {
            io_unwatch(s->watches[i].port, cookie_of(s, i));
        }
    }
}

/* The number of ready ones, 0 at the deadline, or -EINTR. */
static int64_t
poll_wait(struct thread *t, struct poll_set *s, uint64_t deadline)
{
    mach_port_t port = MACH_PORT_NULL;
    int result = 1;

    if (deadline != 0) {
        port = event_port(t);
        if (port == MACH_PORT_NULL) {
            return -ENOMEM;
        }
        /* Only while it is lent: a child of fork gets no right to it. */
        mach_port_insert_right_trap(port, port, MACH_MSG_TYPE_MAKE_SEND);
    }
    s->generation = ++t->watch_generation;
    s->ready = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        ask(s, i, s->ready == 0 ? port : MACH_PORT_NULL);
    }
    while (s->ready == 0 && deadline != 0) {
        uint32_t index, events;

        result = event_wait(t, s->generation, deadline, &index, &events);
        if (result <= 0) {
            break;
        }
        if (index < s->count) {
            s->watches[index].registered = false;
            note(s, index, events);
            if (s->ready == 0) {
                ask(s, index, port); /* not what was waited for */
            }
        }
    }
    unwatch(s);
    if (port != MACH_PORT_NULL) {
        mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_SEND, -1);
    }
    return s->ready != 0 ? (int64_t)s->ready : result < 0 ? result : 0;
}

/* ---- poll ------------------------------------------------------------------ */

/* deadline: 0 doesn't wait. -EINTR when a signal is to be handled. */
static int64_t
poll_guest(uint64_t at, uint64_t count, uint64_t deadline)
{
    struct thread *t = this_thread();
    struct linux_pollfd fds[POLL_MAX];
    struct watch watches[POLL_MAX];
    struct poll_set s = {.fds = fds, .watches = watches};
    int64_t result;

    if (count > t->process->fds.limit || count > POLL_MAX) {
        return -EINVAL;
    }
    if (copyin(fds, at, count * sizeof(fds[0])) < 0) {
        return -EFAULT;
    }
    s.count = (uint32_t)count;
    do {
        result = poll_wait(t, &s, deadline);
    } while (result == -EINTR && !signal_waiting(t));
    if (result >= 0 && copyout(at, fds, count * sizeof(fds[0])) < 0) {
        return -EFAULT;
    }
    return result;
}

int64_t
sys_poll(const uint64_t *a)
{
    int32_t ms = (int32_t)a[2];
    uint64_t deadline = ms < 0    ? DEADLINE_NEVER
                        : ms == 0 ? 0
                                  : deadline_after((uint64_t)ms * 1000000u);
    int64_t result = poll_guest(a[0], a[1], deadline);

    return result == -EINTR ? -ERESTARTNOHAND : result;
}

static int64_t
get_deadline(uint64_t at, uint64_t *deadline)
{
    struct linux_timespec ts;
    int64_t ns;

    *deadline = DEADLINE_NEVER;
    if (at == 0) {
        return 0;
    }
    if (copyin(&ts, at, sizeof(ts)) < 0) {
        return -EFAULT;
    }
    ns = timespec_ns(&ts);
    if (ns < 0) {
        return -EINVAL;
    }
    *deadline = ns == 0 ? 0 : deadline_after((uint64_t)ns);
    return 0;
}

static void
put_left(uint64_t at, uint64_t deadline)
{
    struct linux_timespec ts;

    if (at != 0 && deadline != DEADLINE_NEVER) {
        time_left(deadline, &ts);
        copyout(at, &ts, sizeof(ts));
    }
}

/* The mask that holds during the wait; at 0: the thread's own. */
static int64_t
set_mask(struct thread *t, uint64_t at, uint64_t size)
{
    uint64_t mask;

    if (at == 0) {
        return 0;
    }
    if (size != 8) {
        return -EINVAL;
    }
    if (copyin(&mask, at, 8) < 0) {
        return -EFAULT;
    }
    t->saved_mask = t->mask;
    t->restore_mask = true;
    t->mask = mask & ~(SIGMASK(SIGKILL) | SIGMASK(SIGSTOP));
    t->kick = 1;
    return 0;
}

/* A result without a signal: the mask is the old one at once. */
static int64_t
mask_done(struct thread *t, int64_t result)
{
    if (result != -EINTR && t->restore_mask) {
        t->restore_mask = false;
        t->mask = t->saved_mask;
    }
    return result == -EINTR ? -ERESTARTNOHAND : result;
}

int64_t
sys_ppoll(const uint64_t *a)
{
    struct thread *t = this_thread();
    uint64_t deadline;
    int64_t result = get_deadline(a[2], &deadline);

    if (result == 0) {
        result = set_mask(t, a[3], a[4]);
    }
    if (result < 0) {
        return result;
    }
    result = poll_guest(a[0], a[1], deadline);
    put_left(a[2], deadline);
    return mask_done(t, result);
}

/* ---- select ---------------------------------------------------------------- */

#define SET_WORDS (POLL_MAX / 64)

struct select_sets {
    uint64_t words[3][SET_WORDS]; /* read, write, exceptional */
};

static const uint32_t select_in[3] = {POLLIN | POLLRDNORM | POLLRDBAND,
                                      POLLOUT | POLLWRNORM | POLLWRBAND,
                                      POLLPRI};
static const uint32_t select_out[3] = {
    POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
    POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR, POLLPRI};

static int64_t
sets_to_fds(const struct select_sets *in, uint32_t count, struct poll_set *s)
{
    struct fd fd;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t events = 0;

        for (int k = 0; k < 3; k++) {
            if (in->words[k][i / 64] >> (i % 64) & 1) {
                events |= select_in[k];
            }
        }
        if (events == 0) {
            continue;
        }
        if (fd_get(i, &fd) < 0) {
            return -EBADF;
        }
        s->fds[s->count++] = (struct linux_pollfd){(int32_t)i,
                                                   (int16_t)events, 0};
    }
    return 0;
}

static int64_t
fds_to_sets(const struct poll_set *s, struct select_sets *sets)
{
    int64_t bits = 0;
    struct select_sets out = {0};

    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t fd = (uint32_t)s->fds[i].fd;
        uint64_t bit = 1ull << (fd % 64);

        for (int k = 0; k < 3; k++) {
            if ((sets->words[k][fd / 64] & bit) &&
                ((uint16_t)s->fds[i].revents & select_out[k])) {
                out.words[k][fd / 64] |= bit;
                bits++;
            }
        }
    }
    *sets = out;
    return bits;
}

static int64_t
select_guest(const uint64_t *a, uint64_t deadline)
{
    struct thread *t = this_thread();
    struct linux_pollfd fds[POLL_MAX];
    struct watch watches[POLL_MAX];
    struct poll_set s = {.fds = fds, .watches = watches};
    struct select_sets sets = {0};
    uint32_t count = (uint32_t)a[0];
    uint64_t bytes;
    int64_t result;

    if ((int32_t)a[0] < 0) {
        return -EINVAL;
    }
    if (count > POLL_MAX) {
        count = POLL_MAX;
    }
    bytes = (count + 63) / 64 * 8;
    for (int k = 0; k < 3; k++) {
        if (a[1 + k] != 0 && copyin(sets.words[k], a[1 + k], bytes) < 0) {
            return -EFAULT;
        }
    }
    result = sets_to_fds(&sets, count, &s);
    if (result < 0) {
        return result;
    }
    do {
        result = poll_wait(t, &s, deadline);
    } while (result == -EINTR && !signal_waiting(t));
    if (result < 0) {
        return result;
    }
    result = fds_to_sets(&s, &sets);
    for (int k = 0; k < 3; k++) {
        if (a[1 + k] != 0 && copyout(a[1 + k], sets.words[k], bytes) < 0) {
            return -EFAULT;
        }
    }
    return result;
}

int64_t
sys_select(const uint64_t *a)
{
    struct linux_timeval tv;
    struct linux_timespec left;
    uint64_t deadline = DEADLINE_NEVER;
    int64_t result;

    if (a[4] != 0) {
        if (copyin(&tv, a[4], sizeof(tv)) < 0) {
            return -EFAULT;
        }
        if (tv.sec < 0 || tv.usec < 0) {
            return -EINVAL;
        }
        deadline = tv.sec == 0 && tv.usec == 0 ? 0
                   : tv.sec > 1000000000
                       ? DEADLINE_NEVER
                       : deadline_after((uint64_t)tv.sec * 1000000000u +
                                        (uint64_t)tv.usec * 1000u);
    }
    result = select_guest(a, deadline);
    if (a[4] != 0 && deadline != DEADLINE_NEVER) {
        time_left(deadline, &left);
        tv = (struct linux_timeval){left.sec, left.nsec / 1000};
        copyout(a[4], &tv, sizeof(tv));
    }
    return result == -EINTR ? -ERESTARTNOHAND : result;
}

int64_t
sys_pselect6(const uint64_t *a)
{
    struct thread *t = this_thread();
    uint64_t deadline, mask[2] = {0, 0};
    int64_t result = get_deadline(a[4], &deadline);

    if (result == 0 && a[5] != 0) {
        result = copyin(mask, a[5], sizeof(mask));
    }
    if (result == 0) {
        result = set_mask(t, mask[0], mask[1]);
    }
    if (result < 0) {
        return result;
    }
    result = select_guest(a, deadline);
    put_left(a[4], deadline);
    return mask_done(t, result);
}
