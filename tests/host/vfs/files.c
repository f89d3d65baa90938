/* SPDX-License-Identifier: BSD-2-Clause */
/* File contents: offsets, holes, growth, truncation, the full disk, maps. */
#include "tests.h"

static void
offsets(void)
{
    char text[16];
    int64_t position;
    mach_port_t f = open_as(root, "/tmp/o", L_O_CREAT | L_O_RDWR, 0644), g;

    OK(write_at(f, IO_OFFSET_CURRENT, "hello", 5) == 5);
    OK(vfs_S_io_seek(fake_object(f), -2, L_SEEK_CUR, &position) ==
       KERN_SUCCESS && position == 3);
    OK(read_at(f, IO_OFFSET_CURRENT, text, 16) == 2 && text[0] == 'l');
    OK(read_at(f, IO_OFFSET_CURRENT, text, 16) == 0);
    OK_ERR(vfs_S_io_seek(fake_object(f), -9, L_SEEK_END, &position), EINVAL);
    g = open_as(root, "/tmp/o", L_O_WRONLY | L_O_APPEND, 0);
    OK(write_at(g, 0, "!", 1) == 1);
    OK(read_at(f, 0, text, 16) == 6 && memcmp(text, "hello!", 6) == 0);
    UNLINK("/tmp/o");
    OK(read_at(f, 0, text, 16) == 6); /* still there for who has it open */
    CLOSE(f);
    CLOSE(g);
}

static void
holes(void)
{
    char text[16];
    int64_t position;
    mach_port_t f = open_as(root, "/tmp/h", L_O_CREAT | L_O_RDWR, 0644);
    bool zero = true;

    OK(write_at(f, 1 << 20, "x", 1) == 1);
    OK(stat_of("/tmp/h").st_size == (1 << 20) + 1);
    OK(stat_of("/tmp/h").st_blocks == 8);
    OK(read_at(f, (1 << 20) - 8, text, 16) == 9);
    for (int i = 0; i < 8; i++) {
        zero = zero && text[i] == 0;
    }
    OK(zero && text[8] == 'x');
    OK(vfs_S_io_seek(fake_object(f), 0, L_SEEK_DATA, &position) ==
       KERN_SUCCESS && position == 1 << 20);
    OK(vfs_S_io_seek(fake_object(f), 0, L_SEEK_HOLE, &position) ==
       KERN_SUCCESS && position == 0);
    OK(vfs_S_io_truncate(fake_object(f), (1 << 20) - 4) == KERN_SUCCESS);
    OK(vfs_S_io_truncate(fake_object(f), (1 << 20) + 4) == KERN_SUCCESS);
    OK(read_at(f, 1 << 20, text, 16) == 4 && text[0] == 0);
    OK_ERR(vfs_S_io_truncate(fake_object(f), -1), EINVAL);
    OK(vfs_S_io_truncate(fake_object(f), 1ll << 39) == KERN_SUCCESS);
    OK_ERR(vfs_S_io_truncate(fake_object(f), 1ll << 41), EFBIG);
    UNLINK("/tmp/h");
    CLOSE(f);
}

static void
full_disk(void)
{
    static uint8_t block[32768];
    uint64_t before = data_limit;
    uint32_t n = 0, total = 0;
    posix_statfs_t st;
    mach_port_t f;

    f = open_as(root, "/tmp/big", L_O_CREAT | L_O_RDWR, 0644);
    data_limit = data_used + 100;
    while ((n = write_at(f, IO_OFFSET_CURRENT, block, sizeof(block))) != 0) {
        total += n;
    }
    OK(last_error == ERR(ENOSPC) && total == 100 * 4096);
    OK(vfs_S_vfs_statfs(root, NULL, "/", &st) == KERN_SUCCESS &&
       st.f_bfree == 0);
    make_file("/tmp/none", "no room");
    OK(!exists("/tmp/none") || stat_of("/tmp/none").st_size == 0);
    UNLINK("/tmp/none");
    OK(vfs_S_io_truncate(fake_object(f), 0) == KERN_SUCCESS);
    OK(write_at(f, 0, block, sizeof(block)) == sizeof(block));
    UNLINK("/tmp/big");
    CLOSE(f);
    data_limit = before;
}

static void
maps(void)
{
    mach_port_t f = open_as(root, "/tmp/m", L_O_CREAT | L_O_RDWR, 0644);
    mach_port_t g, entry = 0;
    uint64_t size = 0;
    char text[8];

    write_at(f, 0, "mapped", 6);
    g = open_as(root, "/tmp/m", L_O_RDONLY, 0);
    OK_ERR(vfs_S_io_map(fake_object(g), VM_PROT_WRITE, &entry, &size),
           EACCES);
    OK(vfs_S_io_map(fake_object(g), VM_PROT_READ, &entry, &size) ==
       KERN_SUCCESS && size == 6);
    OK(write_at(f, 5000000, "far", 3) == 3); /* grows in place */
    OK(read_at(g, 0, text, 8) == 8 && memcmp(text, "mapped", 6) == 0);
    CLOSE(f);
    CLOSE(g);
    UNLINK("/tmp/m");
}

static void
devices(void)
{
    uint8_t bytes[32], more[32];
    mach_port_t f = open_as(root, "/dev/urandom", L_O_RDONLY, 0);

    OK(last_kind == KIND_DEVICE && read_at(f, IO_OFFSET_CURRENT, bytes, 32) ==
       32 && read_at(f, IO_OFFSET_CURRENT, more, 32) == 32 &&
       memcmp(bytes, more, 32) != 0);
    CLOSE(f);
    f = open_as(root, "/dev/full", L_O_RDWR, 0);
    OK(write_at(f, IO_OFFSET_CURRENT, "x", 1) == 0 &&
       last_error == ERR(ENOSPC));
    CLOSE(f);
    f = open_as(root, "/dev/null", L_O_RDWR, 0);
    OK(write_at(f, IO_OFFSET_CURRENT, "x", 1) == 1 &&
       read_at(f, IO_OFFSET_CURRENT, bytes, 32) == 0);
    CLOSE(f);
    vfs_S_vfs_mknod(root, NULL, "/tmp/fifo", L_S_IFIFO | 0600, 0);
    OK(open_as(root, "/tmp/fifo", L_O_RDONLY, 0) == 302 &&
       last_kind == KIND_FIFO_NODE);
    UNLINK("/tmp/fifo");
}

void
test_files(void)
{
    offsets();
    holes();
    full_disk();
    maps();
    devices();
}
