/* SPDX-License-Identifier: BSD-2-Clause */
/* A static program with threads: create, join, mutex, condition, TLS, cancel,
 * signals between threads, exit of the whole process. */
#include "tap.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 8
#define TURNS 2000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static long counter;
static int turn;
static _Thread_local long own;
static volatile sig_atomic_t handled;
static pthread_t handled_by;

static void *
add(void *argument)
{
    for (int i = 0; i < TURNS; i++) {
        pthread_mutex_lock(&mutex);
        counter++;
        pthread_mutex_unlock(&mutex);
        own += (long)argument;
    }
    return (void *)own;
}

static void
test_mutex(void)
{
    pthread_t threads[THREADS];
    void *result;
    int good = 0;

    for (long i = 0; i < THREADS; i++) {
        good += pthread_create(&threads[i], NULL, add, (void *)i) == 0;
    }
    tap_check(good == THREADS, "%d threads created", good);
    good = 0;
    for (long i = 0; i < THREADS; i++) {
        good += pthread_join(threads[i], &result) == 0
                && (long)result == i * TURNS;
    }
    tap_check(good == THREADS, "joined, each with its own variable");
    tap_check(counter == THREADS * TURNS, "counted under a mutex: %ld",
              counter);
}

static void *
take_turns(void *argument)
{
    int mine = (int)(long)argument;

    for (int i = 0; i < 500; i++) {
        pthread_mutex_lock(&mutex);
        while (turn != mine) {
            pthread_cond_wait(&condition, &mutex);
        }
        turn = !mine;
        pthread_cond_broadcast(&condition);
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static void
test_condition(void)
{
    pthread_t one, two;
    struct timespec soon;

    pthread_create(&one, NULL, take_turns, (void *)0);
    pthread_create(&two, NULL, take_turns, (void *)1);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    tap_check(turn == 0, "two threads in turns");
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 20000000;
    if (soon.tv_nsec >= 1000000000) {
        soon.tv_sec++;
        soon.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&mutex);
    int result = pthread_cond_timedwait(&condition, &mutex, &soon);
    pthread_mutex_unlock(&mutex);
    tap_check(result == ETIMEDOUT, "a wait with a time limit");
}

static void
handler(int number)
{
    (void)number;
    handled_by = pthread_self();
    handled = 1;
}

static void *
wait_for_signal(void *argument)
{
    (void)argument;
    while (!handled) {
        usleep(1000);
    }
    return NULL;
}

static void *
sleep_for_ever(void *argument)
{
    (void)argument;
    for (;;) {
        pause();
    }
    return NULL;
}

static void
test_signals(void)
{
    pthread_t thread;
    void *result;

    signal(SIGUSR1, handler);
    pthread_create(&thread, NULL, wait_for_signal, NULL);
    pthread_kill(thread, SIGUSR1);
    pthread_join(thread, NULL);
    tap_check(pthread_equal(handled_by, thread),
              "pthread_kill reaches its thread");
    pthread_create(&thread, NULL, sleep_for_ever, NULL);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    tap_check(result == PTHREAD_CANCELED, "a thread is cancelled");
}

static int
status_of(void *(*body)(void *), int how)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        pthread_t thread;
        pthread_create(&thread, NULL, body, NULL);
        if (how == 0) {
            _exit(11);
        }
        for (;;) {
            pause();
        }
    }
    waitpid(child, &status, 0);
    return status;
}

static void *
exit_all(void *argument)
{
    (void)argument;
    exit(12);
}

static void *
crash(void *argument)
{
    (void)argument;
    usleep(1000);
    *(volatile int *)8 = 1;
    return NULL;
}

int
main(void)
{
    test_mutex();
    test_condition();
    test_signals();
    int status = status_of(sleep_for_ever, 0);
    tap_check(WIFEXITED(status) && WEXITSTATUS(status) == 11,
              "exit ends the other threads");
    status = status_of(exit_all, 1);
    tap_check(WIFEXITED(status) && WEXITSTATUS(status) == 12,
              "exit by another thread");
    status = status_of(crash, 1);
    tap_check(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV,
              "a thread's crash ends the process");
    return tap_done();
}
