#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# layouts: single
# limit: 200
"""A boot through GRUB (multiboot2) runs the same job."""

import tap


def main():
    """One job."""
    tap.expect("42 and status 3, through GRUB", tap.shell(
        "echo $((6*7)); exit 3", options=("--boot", "grub")), 3,
        b"42\n")
    tap.done()


if __name__ == "__main__":
    main()
