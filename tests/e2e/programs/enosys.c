/* SPDX-License-Identifier: BSD-2-Clause */
/* Three calls that this system does not have: each must say ENOSYS. */
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int
main(void)
{
    int right = 0;

    for (int i = 0; i < 3; i++) {
        errno = 0;
        right += syscall(SYS_io_uring_setup, 0, 0) == -1 && errno == ENOSYS;
    }
    errno = 0;
    right += syscall(5000) == -1 && errno == ENOSYS;
    printf("%d of 4\n", right);
    return 0;
}
