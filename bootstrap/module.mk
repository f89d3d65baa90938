# SPDX-License-Identifier: BSD-2-Clause
bootstrap_srcs := bootstrap
bootstrap_servers := bootstrap exc
$(eval $(call freestanding,bootstrap))
