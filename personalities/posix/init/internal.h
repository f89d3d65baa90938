/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The init component: starts the first process, is its standard streams when
 * it has no terminal, and tells the host how it ended.
 */
#ifndef INIT_INTERNAL_H
#define INIT_INTERNAL_H

#include <mach/mach.h>
#include <posix/posix.h>
#include <server/object.h>
#include "job.h"

/* Linux's numbers */
#define L_ENOENT 2
#define L_EINTR 4
#define L_E2BIG 7
#define L_EBADF 9
#define L_EAGAIN 11
#define L_ENOMEM 12
#define L_EACCES 13
#define L_ENODEV 19
#define L_ENOTDIR 20
#define L_EISDIR 21
#define L_EINVAL 22
#define L_ENOTTY 25
#define L_ESPIPE 29
#define L_EPIPE 32

/* ---- frames (channel.c) ------------------------------------------------- */

/* Guest to host. */
#define FRAME_STDOUT '1'
#define FRAME_STDERR '2'
#define FRAME_EXIT 'X'
#define FRAME_MISSING 'M'
#define FRAME_ERROR 'E'

#define CHANNEL_OUT 131072u /* bytes of frames waiting for the line */
#define CHANNEL_RESERVE 8192u /* of them, for frames that can't wait */
#define CHANNEL_FRAME_MAX 32768u

/* The second serial line; without one, output goes to the log. */
void init_channel_start(const char *service);
/* Room for the payload of an ordinary frame. */
size_t init_channel_room(void);
/* Queues a frame; the caller has asked for room (FRAME_STDOUT, _STDERR) or
 * it is one that uses the reserve. */
void init_channel_send(char type, const void *payload, size_t size);
/* fn() once everything queued has been handed to the line. */
void init_channel_when_sent(void (*fn)(void));
/* Ask the line for input if stdin has room for it. */
void init_channel_receive(void);

/* ---- standard streams (stream.c) ---------------------------------------- */

#define STREAM_IN 65536u

void init_streams_setup(void);
/* Bytes from the host; there is room for them (init_stdin_room()). */
void init_stdin_put(const uint8_t *data, size_t size);
void init_stdin_end(void);
size_t init_stdin_room(void);
/* Everything that has become possible. */
void init_streams_pump(void);
/* A send right to the standard stream 0, 1 or 2; 0: no ports. */
mach_port_t init_stream_right(unsigned which);

/* ---- the first process -------------------------------------------------- */

/* program.c: opens argv[0]; 0, or an errno, and *path is what was opened. */
struct program {
    char path[POSIX_PATH_MAX];
    mach_port_t file;
};
int init_program_open(const struct job *j, struct program *p);

/* spawn.c: starts it; what went wrong has been told to the host. */
void init_job_start(const struct job *j, mach_port_t exit_notify);

/* power.c: the end of the machine. */
/* Tell the host the status, let all output out, and power off. */
void init_finish(int status, bool drain_terminal);
/* The terminal has been drained. */
void init_finish_drained(void);
/* The system failed: tell the host why, and power off with its code. */
void init_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "polymach: ..." on the job's standard error. */
void init_complain(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* component.c */
extern struct server_object init_control;
extern mach_port_t init_notify; /* a send right to init_control's port */

#endif
