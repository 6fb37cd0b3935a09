/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What connects containers, and what of the host's own network is in the way of it. */

#include "cli/doctor.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/process.h"
#include "config.h"
#include "runner/network-ports.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The first of the options that the runner gives and this pasta does not know; NULL: none. */
static const char *find_unknown(const char *help) {
        static const char *const used[] = {"--no-map-gw", "--mac-addr", "--ns-ifname", "--dns-forward"};

        for (size_t i = 0; i < G_N_ELEMENTS(used); i++)
                if (!strstr(help, used[i]))
                        return used[i];
        return NULL;
}

static void tell_missing_pasta(Doctor *doctor) {
        g_autofree char *other = process_find_program("slirp4netns");

        if (other)
                doctor_say(
                        doctor, DOCTOR_ADVICE, "N12", "pasta",
                        "It is not installed, so that %s connects containers: slower, and without ports over IPv6; 'sudo apt install passt'",
                        other);
        else
                doctor_say(
                        doctor, DOCTOR_PROBLEM, "N12", "pasta",
                        "It is not installed, and connects containers to the network; 'sudo apt install passt' (Network=none "
                        "and Network=host do without)");
}

static void check_pasta(Doctor *doctor) {
        /* Old ones tell what they know on standard error, and that they failed. */
        static const char *const argv[] = {"sh", "-c", "pasta --help 2>&1; exit 0", NULL};
        char text[1 << 15] = "";
        g_autofree char *path = process_find_program("pasta");

        if (!path) {
                tell_missing_pasta(doctor);
                return;
        }
        autofd int fd = memfd_create("pasta-help", MFD_CLOEXEC);
        ProcessFiles files = {.input_fd = -1, .output_fd = fd};
        g_autoptr(GError) error = NULL;
        bool ran = process_run(argv, &files, &error) && pread(fd, text, sizeof text - 1, 0) > 0;
        const char *unknown = ran ? find_unknown(text) : NULL;
        if (!ran)
                doctor_say(doctor, DOCTOR_PROBLEM, "N12", "pasta", "%s",
                           error ? error->message : "It says nothing");
        else if (unknown)
                doctor_say(
                        doctor, DOCTOR_PROBLEM, "N12", "pasta",
                        "%s is too old, it does not know %s; the package passt of Debian 12 or later does",
                        path, unknown);
        else
                doctor_say(doctor, DOCTOR_OK, "N12", "pasta", "%s knows all that is asked of it", path);
        if (access("/dev/net/tun", R_OK | W_OK) < 0)
                doctor_say(
                        doctor, DOCTOR_PROBLEM, "N12", "tun device",
                        "/dev/net/tun is closed to you, and pasta needs it; 'sudo modprobe tun' and 'sudo chmod 0666 "
                        "/dev/net/tun' open it");
        else
                doctor_say(doctor, DOCTOR_OK, "N12", "tun device", "/dev/net/tun is open to you");
}

/* Below this, bursts that pasta lets a container send do not fit into the socket that they leave by. */
#define SEND_BUFFER_ENOUGH (1 << 20)
#define SEND_BUFFER_MOST   4194304 /* the kernel's last word, and that of the file */

const char *doctor_advise_send_buffer(const char *text) {
        unsigned long long least, first, most;

        if (sscanf(text, "%llu %llu %llu", &least, &first, &most) != 3 || first >= SEND_BUFFER_ENOUGH)
                return NULL;
        /* Somebody has chosen numbers of his own, and the file would undo them. */
        if (most > SEND_BUFFER_MOST)
                return "1048576 as the second number of net.ipv4.tcp_wmem, where /etc/sysctl.d sets it, mends it";
        return "'sudo install -D -m 644 -t /etc/sysctl.d " WOLFFIA_DATA_DIR
               "/sysctl.d/90-wolffia.conf && sudo sysctl -p /etc/sysctl.d/90-wolffia.conf' mends it for good";
}

static void check_send_buffer(Doctor *doctor) {
        g_autofree char *path = process_find_program("pasta"), *text = NULL;

        /* Others fill their sockets in their own way. */
        if (!path || !file_read(AT_FDCWD, "/proc/sys/net/ipv4/tcp_wmem", 256, &text, NULL, NULL))
                return;
        const char *advice = doctor_advise_send_buffer(text);
        if (advice)
                doctor_say(
                        doctor, DOCTOR_ADVICE, "N12", "send buffer",
                        "What a container sends over TCP to another machine goes at a few Mbit/s, since sockets of this host begin with "
                        "buffers that are too small for what pasta puts into them; %s",
                        advice);
        else
                doctor_say(doctor, DOCTOR_OK, "N12", "send buffer",
                           "The host's sockets take what pasta puts into them");
}

static void check_ports(Doctor *doctor) {
        guint floor = network_ports_read_floor();

        if (floor <= 80)
                doctor_say(doctor, DOCTOR_OK, "N1", "ports", "You may publish ports from %u on", floor);
        else
                doctor_say(
                        doctor, DOCTOR_OK, "N1", "ports",
                        "You may publish ports from %u on; lower ones take the administrator's 'systemctl enable --now wolffia-port@80.socket'",
                        floor);
}

void doctor_check_network(Doctor *doctor) {
        check_pasta(doctor);
        check_send_buffer(doctor);
        check_ports(doctor);
}
