/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes.  The program that is executed is made here: an ELF file of one
 * page that does nothing but exit(0).
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define BASE 0x400000u

static char path[64];

static void
fork_run(unsigned n)
{
    while (n-- > 0) {
        pid_t pid = fork();

        if (pid < 0) {
            fail("fork");
        }
        if (pid == 0) {
            _exit(0);
        }
        waitpid(pid, NULL, 0);
    }
}

static void
tiny_setup(void)
{
    /* xor %edi,%edi; mov $60,%eax; syscall */
    static const unsigned char code[] = {0x31, 0xff, 0xb8, 60, 0, 0, 0,
                                         0x0f, 0x05};
    struct {
        Elf64_Ehdr e;
        Elf64_Phdr p;
        unsigned char code[sizeof(code)];
    } image;
    int fd;

    memset(&image, 0, sizeof(image));
    memcpy(image.e.e_ident, ELFMAG, SELFMAG);
    image.e.e_ident[EI_CLASS] = ELFCLASS64;
    image.e.e_ident[EI_DATA] = ELFDATA2LSB;
    image.e.e_ident[EI_VERSION] = EV_CURRENT;
    image.e.e_type = ET_EXEC;
    image.e.e_machine = EM_X86_64;
    image.e.e_version = EV_CURRENT;
    image.e.e_entry = BASE + (Elf64_Addr)((char *)image.code -
                                          (char *)&image);
    image.e.e_phoff = sizeof(image.e);
    image.e.e_ehsize = sizeof(image.e);
    image.e.e_phentsize = sizeof(image.p);
    image.e.e_phnum = 1;
    image.p.p_type = PT_LOAD;
    image.p.p_flags = PF_R | PF_X;
    image.p.p_vaddr = image.p.p_paddr = BASE;
    image.p.p_filesz = image.p.p_memsz = sizeof(image);
    image.p.p_align = 4096;
    memcpy(image.code, code, sizeof(code));
    snprintf(path, sizeof(path), "%sbench-tiny", scratch());
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    if (fd < 0 || write(fd, &image, sizeof(image)) != sizeof(image)) {
        fail(path);
    }
    close(fd);
}

static void
tiny_finish(void)
{
    unlink(path);
}

static void
exec_run(unsigned n)
{
    while (n-- > 0) {
        int status;
        pid_t pid = fork();

        if (pid < 0) {
            fail("fork");
        }
        if (pid == 0) {
            char *argv[] = {path, NULL}, *envp[] = {NULL};

            execve(path, argv, envp);
            _exit(1);
        }
        if (waitpid(pid, &status, 0) != pid || status != 0) {
            fail("tiny program");
        }
    }
}

const struct row process_rows[] = {
    {"fork_exit_wait", 20, NULL, fork_run, NULL},
    {"fork_exec_tiny_wait", 20, tiny_setup, exec_run, tiny_finish},
    {NULL, 0, NULL, NULL, NULL},
};
