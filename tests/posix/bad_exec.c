/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * execve of what is no program: each file must be refused with the right error
 * or end the process by a signal, and the caller goes on.  The files are made
 * from this program's own image by changing a few bytes of its headers.
 */
#include "tap.h"

#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH "/tmp/bad_exec_file"

static char *image;
static size_t image_size;

static void
read_own_image(void)
{
    struct stat st;
    int fd = open("/proc/self/exe", O_RDONLY);

    if (fd < 0 || fstat(fd, &st) != 0) {
        printf("Bail out! cannot read this program\n");
        exit(1);
    }
    image_size = st.st_size;
    image = malloc(image_size);
    for (size_t at = 0; at < image_size;) {
        ssize_t got = read(fd, image + at, image_size - at);
        if (got <= 0) {
            printf("Bail out! cannot read this program\n");
            exit(1);
        }
        at += got;
    }
    close(fd);
}

static void
write_file(const void *data, size_t size, mode_t mode)
{
    unlink(PATH);
    int fd = open(PATH, O_WRONLY | O_CREAT | O_TRUNC, mode);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size) {
        printf("# cannot write %s: %s\n", PATH, strerror(errno));
    }
    close(fd);
}

/* The child's fate: an errno of execve, or 1000 + signal, or 2000 + status. */
static int
fate_of(const char *path)
{
    int ends[2], status, error = 0;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    pid_t child = fork();
    if (child == 0) {
        char *const argv[] = {(char *)path, NULL};
        char *const envp[] = {NULL};
        execve(path, argv, envp);
        error = errno;
        if (write(ends[1], &error, sizeof error) != sizeof error) {
            _exit(99);
        }
        _exit(98);
    }
    close(ends[1]);
    ssize_t got = read(ends[0], &error, sizeof error);
    close(ends[0]);
    if (waitpid(child, &status, 0) != child) {
        return -1;
    }
    if (got == sizeof error) {
        return error;
    }
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status)
                               : 2000 + WEXITSTATUS(status);
}

static int
killed(int fate)
{
    return fate == 1000 + 9 || fate == 1000 + 11 || fate == 1000 + 7;
}

/* An image with its header changed by CHANGE. */
static int
changed_fate(void (*change)(Elf64_Ehdr *, Elf64_Phdr *))
{
    char *copy = malloc(image_size);

    memcpy(copy, image, image_size);
    Elf64_Ehdr *header = (Elf64_Ehdr *)copy;
    change(header, (Elf64_Phdr *)(copy + header->e_phoff));
    write_file(copy, image_size, 0755);
    free(copy);
    return fate_of(PATH);
}

static Elf64_Phdr *
last_load(const Elf64_Ehdr *header, Elf64_Phdr *table)
{
    Elf64_Phdr *found = table;

    for (int i = 0; i < header->e_phnum; i++) {
        if (table[i].p_type == PT_LOAD) {
            found = &table[i];
        }
    }
    return found;
}

static void
make_foreign(Elf64_Ehdr *header, Elf64_Phdr *table)
{
    (void)table;
    header->e_machine = EM_AARCH64;
}

static void
make_no_magic(Elf64_Ehdr *header, Elf64_Phdr *table)
{
    (void)table;
    header->e_ident[1] = 'X';
}

static void
make_object(Elf64_Ehdr *header, Elf64_Phdr *table)
{
    (void)table;
    header->e_type = ET_REL;
}

static void
make_far_headers(Elf64_Ehdr *header, Elf64_Phdr *table)
{
    (void)table;
    header->e_phoff = 0x7fffffffffffff00;
}

static void
make_small_entries(Elf64_Ehdr *header, Elf64_Phdr *table)
{
    (void)table;
    header->e_phentsize = 1;
}

static void
make_huge(Elf64_Ehdr *header, Elf64_Phdr *table)
{
    last_load(header, table)->p_memsz = 1ull << 40;
}

static void
make_wrapping(Elf64_Ehdr *header, Elf64_Phdr *table)
{
    last_load(header, table)->p_memsz = ~0ull - 4096;
}

static void
make_kernel_address(Elf64_Ehdr *header, Elf64_Phdr *table)
{
    last_load(header, table)->p_vaddr += 0xffffffff80000000;
}

static void
make_more_file(Elf64_Ehdr *header, Elf64_Phdr *table)
{
    Elf64_Phdr *load = last_load(header, table);

    load->p_filesz = load->p_memsz + 4096;
}

static void
make_wild_entry(Elf64_Ehdr *header, Elf64_Phdr *table)
{
    (void)table;
    header->e_entry = 0x10;
}

static void
make_kernel_entry(Elf64_Ehdr *header, Elf64_Phdr *table)
{
    (void)table;
    header->e_entry = 0xffffffff80000000;
}

static void
make_missing_interpreter(Elf64_Ehdr *header, Elf64_Phdr *table)
{
    char *base = (char *)header;

    for (int i = 0; i < header->e_phnum; i++) {
        if (table[i].p_type == PT_NOTE || table[i].p_type == PT_GNU_STACK) {
            table[i].p_type = PT_INTERP;
            table[i].p_offset = image_size - 16;
            table[i].p_filesz = 16;
            memcpy(base + image_size - 16, "/nonexistent/ld", 16);
            return;
        }
    }
}

static void
test_headers(void)
{
    int fate = changed_fate(make_no_magic);
    tap_check(fate == ENOEXEC, "no magic: ENOEXEC (%d)", fate);
    fate = changed_fate(make_foreign);
    tap_check(fate == ENOEXEC, "another machine: ENOEXEC (%d)", fate);
    fate = changed_fate(make_object);
    tap_check(fate == ENOEXEC, "an object file: ENOEXEC (%d)", fate);
    fate = changed_fate(make_far_headers);
    tap_check(fate == ENOEXEC || fate == EINVAL || fate == EIO,
              "headers behind the file's end: an error (%d)", fate);
    fate = changed_fate(make_small_entries);
    tap_check(fate == ENOEXEC, "tiny header entries: ENOEXEC (%d)", fate);
    fate = changed_fate(make_missing_interpreter);
    tap_check(fate == ENOENT, "a missing interpreter: ENOENT (%d)", fate);
}

static void
test_segments(void)
{
    int fate = changed_fate(make_huge);
    tap_check(fate == ENOMEM || killed(fate), "1 TiB: refused (%d)", fate);
    fate = changed_fate(make_wrapping);
    tap_check(fate == ENOMEM || fate == EINVAL || fate == ENOEXEC
                  || killed(fate),
              "a size that wraps: refused (%d)", fate);
    fate = changed_fate(make_kernel_address);
    tap_check(fate == ENOMEM || fate == EINVAL || fate == ENOEXEC
                  || killed(fate),
              "a segment in the kernel: refused (%d)", fate);
    fate = changed_fate(make_more_file);
    tap_check(fate == ENOEXEC || fate == EINVAL || killed(fate),
              "more file than memory: refused (%d)", fate);
    fate = changed_fate(make_wild_entry);
    tap_check(fate == 1000 + 11, "an entry nowhere: SIGSEGV (%d)", fate);
    fate = changed_fate(make_kernel_entry);
    tap_check(fate == 1000 + 11 || fate == ENOEXEC || fate == EINVAL
                  || killed(fate),
              "an entry in the kernel: refused (%d)", fate);
}

static void
test_files(void)
{
    static const size_t cuts[] = {0, 1, 4, 63, 64, 65, 120, 4000};

    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        write_file(image, cuts[i], 0755);
        int fate = fate_of(PATH);
        tap_check(fate == ENOEXEC || fate == EIO || fate == EINVAL
                      || killed(fate),
                  "cut after %zu bytes (%d)", cuts[i], fate);
    }
    int fate = fate_of("/nonexistent");
    tap_check(fate == ENOENT, "a missing file: ENOENT (%d)", fate);
    fate = fate_of("/tmp");
    tap_check(fate == EACCES, "a folder: EACCES (%d)", fate);
    fate = fate_of("/etc/passwd/x");
    tap_check(fate == ENOTDIR, "below a file: ENOTDIR (%d)", fate);
    write_file(image, image_size, 0644);
    fate = fate_of(PATH);
    tap_check(fate == EACCES, "no permission: EACCES (%d)", fate);
    write_file("#!/nonexistent/interpreter\n", 27, 0755);
    fate = fate_of(PATH);
    tap_check(fate == ENOENT, "a script without interpreter (%d)", fate);
    write_file("#!" PATH "\n", 2 + sizeof PATH, 0755);
    fate = fate_of(PATH);
    tap_check(fate == ELOOP || fate == ENOEXEC,
              "a script that is its own interpreter (%d)", fate);
    write_file("#!\n", 3, 0755);
    fate = fate_of(PATH);
    tap_check(fate == ENOEXEC, "a script with nothing after #! (%d)", fate);
}

/* Random bytes in the headers: whatever happens, it happens to the child. */
static void
test_random(void)
{
    unsigned seed = 1;
    int strange = 0;

    for (int round = 0; round < 60; round++) {
        char *copy = malloc(image_size);
        memcpy(copy, image, image_size);
        for (int i = 0; i < 4; i++) {
            seed = seed * 1103515245 + 12345;
            copy[4 + (seed >> 16) % 500] = seed >> 8;
        }
        write_file(copy, image_size, 0755);
        free(copy);
        pid_t watcher = fork();
        if (watcher == 0) {
            /* A program that still runs must not run for long. */
            int null = open("/dev/null", O_RDWR);
            dup2(null, 0);
            dup2(null, 1);
            dup2(null, 2);
            alarm(5);
            char *const argv[] = {(char *)PATH, (char *)"nested", NULL};
            execve(PATH, argv, NULL);
            _exit(98);
        }
        int status;
        strange += waitpid(watcher, &status, 0) != watcher;
    }
    tap_check(strange == 0, "60 programs with random headers");
}

int
main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        return 0; /* started by test_random */
    }
    read_own_image();
    write_file(image, image_size, 0755);
    test_headers();
    test_segments();
    test_files();
    test_random();
    unlink(PATH);
    return tap_done();
}
