# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which Debian packages a machine has, and which ones the host needs to make and boot it."""

SUITES = ("bookworm", "trixie")

# A machine with a user manager, and what Wolffia calls at run time.
RUN = """
    systemd systemd-sysv dbus dbus-user-session libpam-systemd
    uidmap passt slirp4netns skopeo catatonit squashfuse nftables dnsmasq-base
""".split()

# What the cases use to look at it, and to make images and a registry to pull them from.
CASES = "busybox-static docker-registry apache2-utils iproute2 musl-tools curl procps strace less zsh fish".split()

BUILD = """
    gcc meson ninja-build pkg-config python3 python3-docutils
    libsystemd-dev libinih-dev libmount-dev libglib2.0-dev libseccomp-dev libcap-dev libsubid-dev
    libarchive-dev nettle-dev libjson-glib-dev libacl1-dev libnl-route-3-dev
""".split()

# systemd.pc, which names the folder of user generators, is in a package of its own since trixie.
BUILD_IN_SUITE = {"bookworm": [], "trixie": ["systemd-dev"]}

# The format of the sources is checked in one suite, with the version that formatted them.
CASES_IN_SUITE = {"bookworm": ["clang-format-14"], "trixie": []}

# Only for tests/bench: the programs that Wolffia is measured against.
BENCH = "crun podman netavark aardvark-dns bubblewrap iperf3".split()

# Only for the virtual machine, whose kernel has AppArmor.
VM = "linux-image-cloud-amd64 udev kmod apparmor".split()

SETS = {"base": [], "bench": BENCH, "vm": VM}


def of_machine(suite, package_set):
    return sorted(RUN + CASES + CASES_IN_SUITE[suite] + BUILD + BUILD_IN_SUITE[suite] + SETS[package_set])


# Program on the host → the package that has it.
HOST = {"mmdebstrap": "mmdebstrap", "systemd-nspawn": "systemd-container"}
HOST_VM = {"qemu-system-x86_64": "qemu-system-x86", "mke2fs": "e2fsprogs"}
