# SPDX-License-Identifier: BSD-2-Clause
serial_srcs := drivers/serial
serial_servers := serial
$(eval $(call server,serial))
