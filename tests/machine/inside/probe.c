/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The payload of the matrix: prints what a process sees of itself as one line of JSON, does what its arguments ask for and
 * says how that went. Linked statically, so that an image needs nothing else. It interprets nothing: files are printed as
 * they are, and cases/matrix/view.py reads them.
 *
 *   stat:PATH read:PATH list:PATH link:PATH    what is there
 *   open:PATH make:PATH program:FOLDER         whether it can be opened for reading and writing, made, run from there
 *   call:NAME                                  whether a system call is let through
 *   listen:PORT udp:PORT                       answers clients, after all else, until SIGUSR1
 *   ready                                      says READY=1 by sd_notify(3)
 *   child                                      has a child that ignores SIGTERM
 *   wait                                       waits for a signal, after all else, and prints it
 *   exit:STATUS                                ends with it
 *
 * Other words are for the image and the table to play with. */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void print_text(const char *text, size_t length) {
        putchar('"');
        for (size_t i = 0; i < length; i++) {
                unsigned char c = (unsigned char) text[i];

                if (c == '"' || c == '\\')
                        printf("\\%c", c);
                else if (c < 0x20 || c >= 0x7f)
                        printf("\\u%04x", c);
                else
                        putchar(c);
        }
        putchar('"');
}

static void print_string(const char *text) {
        print_text(text, strlen(text));
}

static void print_name(const char *name) {
        print_string(name);
        putchar(':');
}

static void print_error(void) {
        print_string(strerrorname_np(errno));
}

static void print_list(char **words) {
        putchar('[');
        for (char **word = words; *word; word++) {
                if (word != words)
                        putchar(',');
                print_string(*word);
        }
        putchar(']');
}

/* The text of a file, or the name of the error. */
static void print_file(const char *path) {
        static char text[16384];
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        size_t length = 0;
        ssize_t n = fd < 0 ? -1 : 0;

        while (fd >= 0 && length < sizeof(text) && (n = read(fd, text + length, sizeof(text) - length)) > 0)
                length += (size_t) n;
        if (n < 0)
                print_error();
        else
                print_text(text, length);
        if (fd >= 0)
                close(fd);
}

static void print_link(const char *path) {
        char target[4096];
        ssize_t length = readlink(path, target, sizeof(target));

        if (length < 0)
                print_error();
        else
                print_text(target, (size_t) length);
}

static int visible(const struct dirent *entry) {
        return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static void print_folder(const char *path) {
        struct dirent **entries;
        int count = scandir(path, &entries, visible, alphasort);

        if (count < 0) {
                print_error();
                return;
        }
        putchar('[');
        for (int i = 0; i < count; i++) {
                if (i > 0)
                        putchar(',');
                print_string(entries[i]->d_name);
                free(entries[i]);
        }
        putchar(']');
        free(entries);
}

/* "TYPE MODE UID:GID SIZE", for a device "TYPE MODE UID:GID MAJOR,MINOR". */
static void print_stat(const char *path) {
        struct stat status;
        char type;

        if (lstat(path, &status) < 0) {
                print_error();
                return;
        }
        type = S_ISDIR(status.st_mode)   ? 'd'
               : S_ISLNK(status.st_mode) ? 'l'
               : S_ISCHR(status.st_mode) ? 'c'
               : S_ISBLK(status.st_mode) ? 'b'
               : S_ISREG(status.st_mode) ? 'f'
                                         : 'o';
        printf("\"%c %o %u:%u ", type, status.st_mode & 07777, status.st_uid, status.st_gid);
        if (type == 'c' || type == 'b')
                printf("%u,%u\"", major(status.st_rdev), minor(status.st_rdev));
        else
                printf("%lld\"", (long long) status.st_size);
}

static void print_outcome(bool done) {
        if (done)
                print_string("done");
        else
                print_error();
}

static bool open_and_close(const char *path, int flags) {
        int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);

        if (fd < 0)
                return false;
        close(fd);
        return true;
}

/* Runs this program from a folder: "done" where programs may run and set-user-ID bits count for nothing, "suid" where they
 * do count, which is seen by an effective id other than that of the caller. */
static void print_program(const char *folder) {
        char path[4096];
        int status;
        pid_t child;

        (void) snprintf(path, sizeof(path), "%s/probe", folder);
        child = fork();
        if (child == 0) {
                execl(path, "probe", "exit:effective", (char *) NULL);
                _exit(errno == EACCES ? 101 : 102);
        }
        if (child < 0 || waitpid(child, &status, 0) < 0)
                print_error();
        else if (!WIFEXITED(status) || WEXITSTATUS(status) > 101)
                print_string("fault");
        else
                print_string(WEXITSTATUS(status) == 101 ? "EACCES"
                             : WEXITSTATUS(status) == 1 ? "suid"
                                                        : "done");
}

static bool call(const char *name) {
        if (strcmp(name, "unshare-user") == 0)
                return unshare(CLONE_NEWUSER) == 0;
        if (strcmp(name, "unshare-mount") == 0)
                return unshare(CLONE_NEWNS) == 0;
        if (strcmp(name, "mount") == 0)
                return mount("none", "/tmp", "tmpfs", 0, NULL) == 0;
        if (strcmp(name, "chroot") == 0)
                return chroot("/") == 0;
        if (strcmp(name, "mknod") == 0)
                return mknod("/tmp/fifo", S_IFIFO | 0600, 0) == 0;
        if (strcmp(name, "chown") == 0)
                return open_and_close("/tmp/chown", O_CREAT | O_WRONLY) && chown("/tmp/chown", 5, 5) == 0;
        if (strcmp(name, "raw-socket") == 0) {
                int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);

                return fd >= 0 && close(fd) == 0;
        }
        if (strcmp(name, "sync") == 0)
                return syscall(SYS_sync) == 0;
        if (strcmp(name, "keyctl") == 0)
                return syscall(SYS_keyctl, 0, -1, 0) >= 0;
        errno = EINVAL;
        return false;
}

static void print_interfaces(void) {
        struct ifaddrs *addresses = NULL;
        const char *separator = "";

        putchar('[');
        if (getifaddrs(&addresses) == 0)
                for (struct ifaddrs *one = addresses; one; one = one->ifa_next) {
                        char text[INET6_ADDRSTRLEN] = "";
                        int family = one->ifa_addr ? one->ifa_addr->sa_family : 0;

                        if (family == AF_INET)
                                inet_ntop(family, &((struct sockaddr_in *) one->ifa_addr)->sin_addr, text,
                                          sizeof(text));
                        else if (family == AF_INET6)
                                inet_ntop(family, &((struct sockaddr_in6 *) one->ifa_addr)->sin6_addr, text,
                                          sizeof(text));
                        printf("%s\"%s %s\"", separator, one->ifa_name, text);
                        separator = ",";
                }
        putchar(']');
        freeifaddrs(addresses);
}

/* What is open beyond the folder that is being read for it. */
static void print_descriptors(void) {
        const char *separator = "";

        putchar('{');
        for (int fd = 0; fd < 64; fd++) {
                char path[64];

                (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
                if (fcntl(fd, F_GETFD) < 0)
                        continue;
                printf("%s\"%d\":", separator, fd);
                print_link(path);
                separator = ",";
        }
        putchar('}');
}

static void print_groups(void) {
        gid_t groups[256];
        int count = getgroups(256, groups);

        putchar('[');
        for (int i = 0; i < count; i++)
                printf("%s%u", i > 0 ? "," : "", groups[i]);
        putchar(']');
}

static void print_namespaces(void) {
        static const char *const names[] = {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"};

        putchar('{');
        for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
                char path[64];

                (void) snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
                if (i > 0)
                        putchar(',');
                print_name(names[i]);
                print_link(path);
        }
        putchar('}');
}

static void print_self(char **arguments) {
        static const char *const files[] = {"/proc/self/status",
                                            "/proc/self/limits",
                                            "/proc/self/uid_map",
                                            "/proc/self/gid_map",
                                            "/proc/self/cgroup",
                                            "/proc/self/mountinfo",
                                            "/proc/self/oom_score_adj",
                                            "/etc/hosts",
                                            "/etc/resolv.conf",
                                            "/etc/hostname",
                                            "/proc/1/comm"};
        struct utsname name;
        time_t now = 1750000000; /* in summer */
        struct tm local;
        char folder[4096];
        mode_t mask = umask(0);

        umask(mask);
        uname(&name);
        localtime_r(&now, &local);
        printf("{\"pid\":%d,\"nice\":%d,\"umask\":\"%04o\",\"uid\":%u,\"euid\":%u,\"gid\":%u,\"offset\":%ld,\"tty\":%s,",
               getpid(), getpriority(PRIO_PROCESS, 0), mask, getuid(), geteuid(), getgid(), local.tm_gmtoff,
               isatty(0) || isatty(1) ? "true" : "false");
        print_name("descriptors"), print_descriptors();
        putchar(','), print_name("argv"), print_list(arguments);
        putchar(','), print_name("env"), print_list(environ);
        putchar(','), print_name("cwd"),
                print_string(getcwd(folder, sizeof(folder)) ? folder : strerrorname_np(errno));
        putchar(','), print_name("groups"), print_groups();
        putchar(','), print_name("hostname"), print_string(name.nodename);
        putchar(','), print_name("namespaces"), print_namespaces();
        putchar(','), print_name("interfaces"), print_interfaces();
        for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
                putchar(','), print_name(files[i]), print_file(files[i]);
}

/* Whether the word was one that asks for something to be printed. */
static bool is_question(const char *word) {
        static const char *const verbs[] = {
                "stat:", "read:", "list:", "link:", "open:", "make:", "program:", "call:"};

        for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
                if (strncmp(word, verbs[i], strlen(verbs[i])) == 0)
                        return true;
        return false;
}

static void answer(const char *word) {
        const char *about = strchr(word, ':') + 1;

        if (strncmp(word, "stat:", 5) == 0)
                print_stat(about);
        else if (strncmp(word, "read:", 5) == 0)
                print_file(about);
        else if (strncmp(word, "list:", 5) == 0)
                print_folder(about);
        else if (strncmp(word, "link:", 5) == 0)
                print_link(about);
        else if (strncmp(word, "open:", 5) == 0)
                print_outcome(open_and_close(about, O_RDWR));
        else if (strncmp(word, "make:", 5) == 0)
                print_outcome(open_and_close(about, O_CREAT | O_WRONLY));
        else if (strncmp(word, "program:", 8) == 0)
                print_program(about);
        else
                print_outcome(call(about));
}

/* sd_notify(3), without its library. */
static void say_ready(void) {
        static const char message[] = "READY=1\nSTATUS=as the payload says";
        const char *path = getenv("NOTIFY_SOCKET");
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        if (!path || fd < 0)
                exit(11);
        strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
        if (sendto(fd, message, sizeof(message) - 1, MSG_NOSIGNAL, (struct sockaddr *) &address,
                   sizeof(address)) < 0)
                exit(12);
        close(fd);
}

static void end(int number) {
        (void) number;
        _exit(0);
}

static const char greeting[] = "hello\n";

/* One client; false when there was none. */
static bool answer_client(int fd, bool udp, struct sockaddr_in6 *client) {
        socklen_t length = sizeof(*client);
        char byte;

        if (udp)
                return recvfrom(fd, &byte, 1, 0, (struct sockaddr *) client, &length) >= 0 &&
                       sendto(fd, greeting, sizeof(greeting) - 1, 0, (struct sockaddr *) client, length) > 0;

        int peer = accept(fd, (struct sockaddr *) client, &length);
        bool done = peer >= 0 && write(peer, greeting, sizeof(greeting) - 1) > 0;
        close(peer);
        return done;
}

static void serve(const char *word) {
        bool udp = strncmp(word, "udp:", 4) == 0;
        int fd = socket(AF_INET6, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
        struct sockaddr_in6 address = {.sin6_family = AF_INET6,
                                       .sin6_port = htons((uint16_t) atoi(strchr(word, ':') + 1))};
        struct sockaddr_in6 client;
        char text[INET6_ADDRSTRLEN];

        (void) signal(SIGUSR1, end);
        (void) signal(SIGPIPE, SIG_IGN);
        if (fd < 0 || bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0 ||
            (!udp && listen(fd, 4) < 0))
                exit(13);
        for (;;)
                if (answer_client(fd, udp, &client)) {
                        printf("{\"client\":\"%s\"}\n",
                               inet_ntop(AF_INET6, &client.sin6_addr, text, sizeof(text)));
                        fflush(stdout);
                }
}

static void wait_for_signal(const sigset_t *all) {
        int number = sigwaitinfo(all, NULL);
        const char *name = number > 0 ? sigabbrev_np(number) : NULL;

        if (number >= SIGRTMIN)
                printf("{\"signal\":\"RTMIN+%d\"}\n", number - SIGRTMIN);
        else
                printf("{\"signal\":\"%s\"}\n", name ? name : "?");
        fflush(stdout);
}

int main(int argc, char **argv) {
        sigset_t all;
        int status = 0;
        bool waits = false;

        if (argc == 2 && strcmp(argv[1], "exit:effective") == 0)
                return geteuid() != getuid();
        if (argc == 2 && strncmp(argv[1], "exit:", 5) == 0)
                return atoi(argv[1] + 5);
        print_self(argv);
        for (int i = 1; i < argc; i++)
                if (is_question(argv[i])) {
                        putchar(',');
                        print_name(argv[i]);
                        answer(argv[i]);
                }
        printf("}\n");
        fflush(stdout);

        /* systemd sends it along with every stop signal, and it has the lower number. */
        sigfillset(&all);
        sigdelset(&all, SIGCONT);
        for (int i = 1; i < argc; i++) {
                if (strcmp(argv[i], "ready") == 0)
                        say_ready();
                else if (strncmp(argv[i], "listen:", 7) == 0 || strncmp(argv[i], "udp:", 4) == 0)
                        serve(argv[i]);
                else if (strncmp(argv[i], "exit:", 5) == 0)
                        status = atoi(argv[i] + 5);
                else if (strcmp(argv[i], "wait") == 0)
                        waits = true;
        }
        if (waits) {
                sigprocmask(SIG_BLOCK, &all, NULL);
                wait_for_signal(&all);
        }
        return status;
}
