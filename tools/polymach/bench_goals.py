# SPDX-License-Identifier: BSD-2-Clause
"""What the project wants a row to take: instructions of an operation."""

# By row: what is enough, what would be very good (None: nothing set).
GOALS = {
    "null_trap": (50, 36),
    "l4_rt_0": (240, 180),
    "l4_rt_4": (245, 185),
    "l4_rt_10": (330, 260),
    "l4_rt_right": (450, None),
    "l4_rt_map": (1500, None),
    "mach_rt": (560, 450),
    "mach_rt_256": (640, 500),
    "mach_rt_1k": (740, 600),
    "mach_rt_4k": (1110, 980),
    "mig_rt": (650, 520),
    "mach_rt_port": (720, 560),
    "mach_rt_port_new": (1500, 1100),
    "mach_rt_slow": (1300, 1000),
    "mach_rt_pset": (560, 450),
    "mach_rt_queued": (1400, None),
    "mach_rt_ool4k": (2500, 1800),
    "mach_rt_ool1m": (60000, 40000),
    "kern_rpc": (600, 450),
    "kern_trap": (120, 80),
    "futex_rt": (900, 600),
    "exc_rt": (1200, 900),
    "exc_redirect": (300, 200),
    "redirect_null": (120, 80),
    "fault_zero": (1300, 1000),
}
