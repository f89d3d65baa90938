/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tty component: terminals, open terminals, sessions, waiting requests.
 *
 * A terminal joins a line discipline and a serial line.  A tty_file is an open
 * file description of one; a tty_session is what a process is known by here.
 * What can't be answered at once is a tty_request in the terminal's list, and
 * terminal_pump() does all that has become possible: it is called after every
 * change and is the only place where requests are answered late.
 */
#ifndef TTY_INTERNAL_H
#define TTY_INTERNAL_H

#include <mach/mach.h>
#include <posix/posix.h>
#include <server/object.h>
#include "ldisc.h"
#include "objects.h"

/* Linux's numbers */
#define L_EINTR 4
#define L_EIO 5
#define L_ENXIO 6
#define L_EBADF 9
#define L_EAGAIN 11
#define L_ENOMEM 12
#define L_EFAULT 14
#define L_ENODEV 19
#define L_ENOTDIR 20
#define L_EINVAL 22
#define L_ENOTTY 25
#define L_ESPIPE 29
#define L_EPERM 1

#define L_SIGHUP 1
#define L_SIGINT 2
#define L_SIGQUIT 3
#define L_SIGCONT 18
#define L_SIGTSTP 20
#define L_SIGTTIN 21
#define L_SIGTTOU 22
#define L_SIGWINCH 28

#define L_POLLIN 0x001u
#define L_POLLOUT 0x004u
#define L_POLLERR 0x008u
#define L_POLLHUP 0x010u
#define L_POLLRDNORM 0x040u
#define L_POLLWRNORM 0x100u

#define L_O_ACCMODE 3u
#define L_O_RDONLY 0u
#define L_O_WRONLY 1u
#define L_O_RDWR 2u
#define L_O_NOCTTY 0400u
#define L_O_APPEND 02000u
#define L_O_NONBLOCK 04000u
#define L_O_ASYNC 020000u
#define L_O_DIRECT 040000u

struct tty_session {
    struct server_object object;
    int pid, pgid, sid;
    bool detached; /* TIOCNOTTY: has given its controlling terminal up */
};

struct tty_control {
    struct server_object object;
};

struct terminal;
struct tty_file {
    struct server_object object;
    struct terminal *terminal;
    uint32_t flags;      /* O_* */
    unsigned generation; /* hung up when it is not the terminal's */
};

enum request_kind { REQUEST_READ, REQUEST_WRITE, REQUEST_DRAIN };

struct tty_request {
    struct tty_request *next;
    enum request_kind kind;
    bool io;                     /* came by io.defs, not tty.defs */
    mach_port_t reply;           /* a send-once right */
    uint64_t cookie;
    struct tty_session *session; /* whose it is; NULL with io */
    struct tty_file *file;       /* a reference */
    struct terminal *terminal;
    /* READ */
    uint32_t amount;
    uint64_t timer;              /* VTIME */
    size_t seen;                 /* characters there when it was set */
    bool expired;
    /* WRITE: the bytes behind this structure */
    uint32_t size, done;
    /* DRAIN; with `notify` (a send right) for init, without a file */
    mach_port_t notify;
    bool set;                    /* then these settings... */
    bool flush;                  /* ...and input flushed */
    struct linux_termios termios;
    uint8_t data[];
};

struct tty_watch {
    struct tty_watch *next;
    struct tty_file *file; /* no reference: goes with the file's senders */
    mach_port_t port;      /* a send right */
    uint64_t cookie;
    uint32_t events;
};

struct terminal {
    struct ldisc ldisc;
    uint64_t device;       /* Linux's dev_t */
    struct linux_winsize window;
    int sid, foreground;   /* controlling session and its group; 0: none */
    bool claimed;          /* for the session whose leader comes next */
    unsigned generation;   /* hang-ups */
    struct tty_request *requests; /* in the order of arrival */
    struct tty_watch *watches;
    unsigned watch_count;
    /* device.c */
    struct server_object client; /* of the serial line */
    mach_port_t line;            /* null: no serial line */
    mach_port_t client_right;    /* a send right to client's port */
    bool reading;                /* a serial_read stands */
    uint32_t in_flight;          /* bytes in the serial_write that stands */
};

extern struct terminal tty_console;
extern const struct server_class tty_session_class, tty_file_class,
    tty_control_class, tty_client_class;

/* component.c */
/* A new open file; NULL: no memory.  The caller holds one reference. */
struct tty_file *tty_file_create(struct terminal *t, uint32_t flags);
/* An out argument: a right to a new open file, or 0. */
mach_port_t tty_file_export(struct tty_file *f);

/* wait.c */
void terminal_pump(struct terminal *t);
/* Adds a request: KERN_SUCCESS (MIG_NO_REPLY is due) or POSIX_ERROR. */
kern_return_t tty_request_add(struct tty_request *r);
struct tty_request *tty_request_create(enum request_kind kind,
                                   struct tty_session *s, struct tty_file *f,
                                   mach_port_t reply, uint64_t cookie,
                                   size_t data);
/* Of session s, or (s NULL) of open file f. */
void tty_requests_cancel(struct terminal *t, const struct tty_session *s,
                     const struct tty_file *f, uint64_t cookie);
/* The session is gone: nobody waits for its answers. */
void tty_requests_drop_session(struct terminal *t, struct tty_session *s);
void tty_requests_hang_up(struct terminal *t);
bool tty_file_hung_up(const struct tty_file *f);

/* watch.c */
uint32_t tty_file_ready(const struct tty_file *f);
kern_return_t tty_watch_add(struct tty_file *f, uint32_t events,
                            mach_port_t port,
                        uint64_t cookie);
void tty_watch_remove(struct tty_file *f, uint64_t cookie);
void tty_watches_drop_file(struct tty_file *f);
void tty_watches_check(struct terminal *t);

/* job.c */
void terminal_signal(struct terminal *t, int pgid, int sig);
/* Is s a background process of t's session?  Then sig is sent to its group
 * (unless blocked) and the error to answer comes back; KERN_SUCCESS otherwise. */
kern_return_t tty_job_check(struct terminal *t, struct tty_session *s, int sig,
                        bool blocked);
bool tty_is_controlling(const struct terminal *t, const struct tty_session *s);
void terminal_hang_up(struct terminal *t);
void terminal_set_window(struct terminal *t, const struct linux_winsize *w);

/* read_write.c */
kern_return_t tty_file_read(struct tty_session *s, struct tty_file *f,
                        mach_port_t reply, uint64_t cookie, uint32_t amount,
                        uint32_t flags, bool io);
kern_return_t tty_file_write(struct tty_session *s, struct tty_file *f,
                         mach_port_t reply, uint64_t cookie, uint32_t flags,
                         const uint8_t *data, uint32_t size, bool io);

/* control.c: an ioctl.  MIG_NO_REPLY: it waits (never with reply null). */
struct ioctl {
    struct tty_session *session; /* or NULL */
    struct tty_file *file;
    mach_port_t reply;
    uint64_t cookie;
    uint32_t command;
    uint64_t argument;
    bool sig_blocked;
    const uint8_t *in;
    uint32_t in_size;
    uint8_t *out;
    mach_msg_type_number_t *out_size;
};
kern_return_t tty_file_control(const struct ioctl *c);

/* device.c */
void tty_device_start(struct terminal *t, const char *service);
/* Ask for input if there is room. */
void tty_device_receive(struct terminal *t);
void tty_device_transmit(struct terminal *t);

#endif
