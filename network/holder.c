/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two processes hold a network:
 *
 *   holder (on the host)                          keeper (in the namespaces)
 *   holder_plan(), find_namespaces()
 *   fork()                            ─────────►  enters what is there, or makes it
 *   id_map_write()                                (the first network of a user only)
 *   sync_reach(POINT_MAPPED)          ─────────►  bridge, addresses, rules
 *   sync_wait(POINT_MADE)             ◄─────────  sync_reach(POINT_MADE)
 *   registry_save(), way_out_start()
 *   sync_reach(POINT_OPEN)            ─────────►  resolver_run()
 *   READY=1, wolffia-supervisor
 *
 * The members' supervisors hold the network's namespace open. So when the keeper is killed, the network, its bridge and
 * all connections on it stay, and the next holder enters the same one: members that go on (a restart by systemd restarts
 * them too, but with RestartMode=direct) notice nothing but a pause of names and of the way out. */

#include "network/holder.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/id-map.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "base/notify.h"
#include "base/process.h"
#include "base/sync.h"
#include "config.h"
#include "network/confine.h"
#include "network/enclose.h"
#include "network/holder-plan.h"
#include "network/holder-tell.h"
#include "network/lease.h"
#include "network/link.h"
#include "network/lock.h"
#include "network/registry.h"
#include "network/resolver.h"
#include "network/upstreams.h"
#include "network/way-out.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define RELAY_MARK 1

enum { POINT_BORN = 1, POINT_MAPPED, POINT_MADE, POINT_MADE_WITHOUT_RULES, POINT_OPEN };

typedef struct Holder {
        const NetworkSpec *spec;
        char *runtime_dir, *folder;
        NetworkState *state;
        WayOut way_out;
        Process pasta;
        int lock_fd;    /* of all networks, while namespaces are looked for */
        int holder_fd;  /* of this one, for as long as it is held */
        int network_fd; /* the namespace that is taken over; -1: a new one */
        int names_fd;   /* the name servers, kept those of the host; -1: they are not */
        int user_fd;    /* the user namespace of all networks; -1: a new one */
        Sync sync;
        pid_t keeper;
} Holder;

/* Once there is something to clear away, being stopped waits: for a failure, after which everything is cleared away, or for
 * the supervisor, which finds the signal pending. Returns the signals. */
static sigset_t block_signals(void) {
        sigset_t signals;

        sigemptyset(&signals);
        sigaddset(&signals, SIGTERM);
        sigaddset(&signals, SIGINT);
        sigprocmask(SIG_BLOCK, &signals, NULL);
        return signals;
}

/* ---- the keeper ---- */

static bool write_sysctl(const char *path, const char *value, GError **error) {
        autofd int fd = open(path, O_WRONLY | O_CLOEXEC);

        return (fd >= 0 && write(fd, value, strlen(value)) > 0) ||
               fail_errno(error, errno, "Cannot write %s", path);
}

static bool make_bridge(const NetworkState *state, GError **error) {
        guint first = state->gateways[REGISTRY_V4].family != 0 ? REGISTRY_V4 : REGISTRY_V6;
        Link link = LINK_NONE;
        guint8 mac[6];

        link_choose_mac(&state->gateways[first], mac);
        bool done = link_open(&link, error) && link_raise(&link, "lo", error) &&
                    link_make_bridge(&link, state->bridge, mac, state->mtu, error);

        for (guint i = 0; done && i < REGISTRY_FAMILIES; i++)
                if (state->subnets[i].base.family != 0)
                        done = link_add_address(&link, state->bridge, &state->gateways[i],
                                                state->subnets[i].prefix, error) &&
                               link_deliver_marked(&link, state->subnets[i].base.family, RELAY_MARK, error);
        link_close(&link);
        /* Without IPv6 in the kernel there is nothing to forward. */
        return done && write_sysctl("/proc/sys/net/ipv4/ip_forward", "1", error) &&
               (state->subnets[REGISTRY_V6].base.family == 0 ||
                write_sysctl("/proc/sys/net/ipv6/conf/all/forwarding", "1", error));
}

static bool load_rules(const NetworkState *state, GError **error) {
        g_autofree char *rules = holder_plan_rules(state, WAY_OUT_INTERFACE, RELAY_MARK);
        autofd int fd = memfd_create("rules", MFD_CLOEXEC);
        ProcessFiles files = PROCESS_FILES_NONE;

        if (fd < 0 || !file_write_all(fd, rules, strlen(rules), error) || lseek(fd, 0, SEEK_SET) < 0)
                return fail_errno(error, errno, "Cannot write the network's rules down");
        files.input_fd = fd;
        return process_run((const char *const[]){"nft", "-f", "-", NULL}, &files, error);
}

/* Rules translate addresses on the way out, and let relays use those of clients. */
static bool make_rules(const NetworkState *state, int *ret_point, GError **error) {
        g_autoptr(GError) reason = NULL;

        *ret_point = POINT_MADE;
        if (load_rules(state, &reason))
                return true;
        *ret_point = POINT_MADE_WITHOUT_RULES;
        if (state->is_internal)
                return true; /* published ports show the gateway as the client; else nothing is missing */
        g_propagate_error(error, g_steal_pointer(&reason));
        return fail_prefix(error, "A network needs nf_tables for its way out ('sudo apt install nftables'; "
                                  "Internal=yes does without)");
}

static bool enter(Holder *holder, GError **error) {
        if (holder->user_fd >= 0 && setns(holder->user_fd, CLONE_NEWUSER) < 0)
                return fail_errno(error, errno, "Cannot enter the user namespace of the networks");
        if (holder->network_fd >= 0)
                return setns(holder->network_fd, CLONE_NEWNET) == 0 ||
                       fail_errno(error, errno, "Cannot enter the network's namespace");
        int flags = CLONE_NEWNET | (holder->user_fd < 0 ? CLONE_NEWUSER : 0);
        return unshare(flags) == 0 ||
               fail_errno(error, errno,
                          "Cannot make the network's namespaces ('wolffia doctor' looks for the reason)");
}

static bool make(Holder *holder, GError **error) {
        int made;

        sync_become_child(&holder->sync);
        if (!enter(holder, error) || !sync_reach(&holder->sync, POINT_BORN, error) ||
            !sync_wait(&holder->sync, POINT_MAPPED, error))
                return false;
        if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
                return fail_errno(error, errno, "Cannot become root of the user namespace");
        /* A change of ids clears both; pasta and members come in through /proc/PID/ns/. */
        if (prctl(PR_SET_DUMPABLE, 1) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
                return fail_errno(error, errno, "Cannot tie the keeper to its parent");
        return (holder->network_fd >= 0 || make_bridge(holder->state, error)) &&
               make_rules(holder->state, &made, error) && sync_reach(&holder->sync, made, error) &&
               sync_wait(&holder->sync, POINT_OPEN, error);
}

/* Members that live keep the network, and what the next holder finds it by. */
static void forget(const Holder *holder) {
        static const char *const names[] = {"state", "holder", "lock", UPSTREAMS_FILE};
        g_autoptr(GPtrArray) leases = lease_list(holder->folder);
        g_autofree char *members = g_build_filename(holder->folder, "members", NULL);
        g_autofree char *all = registry_folder(holder->runtime_dir, "");

        if (leases->len > 0)
                return;
        lease_sweep(holder->folder);
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autofree char *path = g_build_filename(holder->folder, names[i], NULL);
                (void) unlink(path);
        }
        (void) rmdir(members);
        (void) rmdir(holder->folder);
        (void) rmdir(all); /* with the last one */
}

/* What is left is a folder of the user's. It stays dumpable: members, and the next holder, find the namespace by
 * /proc/PID/ns/, and without CAP_SYS_PTRACE over it nobody comes nearer than that. */
static bool give_up_privileges(const Holder *holder, GError **error) {
        static const int calls[] = {
                SYS_recvfrom,   SYS_sendto, SYS_openat,     SYS_read,       SYS_write,     SYS_fstat,
                SYS_lseek,      SYS_fcntl,  SYS_getpid,     SYS_getdents64, SYS_getrandom, SYS_unlinkat,
                SYS_accept4,    SYS_socket, SYS_setsockopt, SYS_connect,
#ifdef SYS_newfstatat
                SYS_newfstatat,
#endif
#ifdef SYS_unlink /* and the older ways to say the same */
                SYS_unlink,     SYS_rmdir,
#endif
        };

        g_autofree char *folder = g_build_filename(holder->runtime_dir, "wolffia", NULL);

        (void) g_random_int(); /* reads its seed while there is a /dev */
        if (!enclose(folder, error))
                return fail_prefix(error,
                                   "Cannot shut the process that answers for names away from your files");
        return confine(0, calls, G_N_ELEMENTS(calls)) ||
               fail_errno(error, errno,
                          "Cannot give up the privileges of the process that answers for names");
}

static bool keep(Holder *holder, GError **error) {
        g_autoptr(Resolver) resolver = NULL;
        sigset_t signals = block_signals();

        /* Locks are the holder's: they would last as long as any copy of the descriptor. */
        cleanup_fd(&holder->lock_fd);
        cleanup_fd(&holder->holder_fd);
        cleanup_fd(&holder->names_fd);
        autofd int signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
        if (signal_fd < 0)
                return fail_errno(error, errno, "Cannot wait for signals");
        if (!make(holder, error) ||
            !resolver_open(holder->runtime_dir, holder->state, WAY_OUT_INTERFACE, &resolver, error) ||
            !give_up_privileges(holder, error) || !sync_reach(&holder->sync, POINT_OPEN, error))
                return false;
        sync_close(&holder->sync);
        resolver_run(resolver, signal_fd);
        forget(holder);
        return true;
}

static void become_keeper(Holder *holder) {
        g_autoptr(GError) failure = NULL;

        if (keep(holder, &failure))
                _exit(EXIT_SUCCESS);
        sync_fail(&holder->sync, failure);
        _exit(EXIT_FAILURE);
}

/* ---- the holder ---- */

/* The folder of all networks goes with the last one, perhaps while we wait for its lock. */
static bool lock_networks(Holder *holder, GError **error) {
        g_autofree char *all = registry_folder(holder->runtime_dir, "");
        struct stat locked, named;

        for (;;) {
                if (!file_make_folders(AT_FDCWD, all, 0700, error))
                        return false;
                autofd int fd = open(all, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                if (fd < 0 && errno == ENOENT)
                        continue;
                if (fd < 0)
                        return fail_errno(error, errno, "Cannot open %s", all);
                if (!lock_wait(fd, all, LOCK_PATIENCE_MSEC, error))
                        return false;
                if (fstat(fd, &locked) == 0 && stat(all, &named) == 0 && locked.st_ino == named.st_ino) {
                        holder->lock_fd = steal_fd(&fd);
                        return true;
                }
        }
}

static bool refuse_name(const Holder *holder, GError **error) {
        g_autoptr(NetworkState) other = NULL;
        bool has_unit = registry_load(holder->folder, &other, NULL) && *other->unit;

        return fail(error, WOLFFIA_ERROR_VALUE,
                    "A network named '%s' is there already, that of %s; stop it, or give this one another "
                    "NetworkName=",
                    holder->spec->name, has_unit ? other->unit : "no unit");
}

static bool make_folder(Holder *holder, GError **error) {
        g_autofree char *members = g_build_filename(holder->folder, "members", NULL);
        g_autofree char *own = g_build_filename(holder->folder, "holder", NULL);

        if (!lock_networks(holder, error))
                return false;
        (void) block_signals();
        if (!file_make_folders(AT_FDCWD, members, 0700, error))
                return false;
        autofd int fd = open(own, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s", own);
        if (flock(fd, LOCK_EX | LOCK_NB) < 0)
                return refuse_name(holder, error);
        holder->holder_fd = steal_fd(&fd);
        return true;
}

static bool adopt(Holder *holder, NetworkState *old) {
        if (!registry_open_namespace(holder->folder, old, &holder->network_fd))
                return false;
        holder->user_fd = ioctl(holder->network_fd, NS_GET_USERNS);
        return holder->user_fd >= 0;
}

/* The subnets of the other networks, and the user namespace that they lie in. */
static GArray *look_around(Holder *holder) {
        g_autoptr(GPtrArray) networks = registry_list(holder->runtime_dir);
        GArray *taken = subnet_routed();

        for (guint i = 0; i < networks->len; i++) {
                g_autofree char *folder = registry_folder(holder->runtime_dir, networks->pdata[i]);
                g_autoptr(NetworkState) other = NULL;
                autofd int fd = -1;
                if (g_str_equal(networks->pdata[i], holder->spec->name) ||
                    !registry_load(folder, &other, NULL) || !registry_open_namespace(folder, other, &fd))
                        continue;
                for (guint j = 0; j < REGISTRY_FAMILIES; j++)
                        if (other->subnets[j].base.family != 0)
                                g_array_append_val(taken, other->subnets[j]);
                if (holder->user_fd < 0)
                        holder->user_fd = ioctl(fd, NS_GET_USERNS);
        }
        return taken;
}

static void take_over(Holder *holder, NetworkState *old) {
        g_autofree char *text = NULL;

        if (holder->spec->subnets->len == 0)
                for (guint i = 0; i < REGISTRY_FAMILIES; i++) {
                        holder->state->subnets[i] = old->subnets[i];
                        holder->state->gateways[i] = old->gateways[i];
                }
        if (holder_plan_is_same(holder->state, old))
                return;
        text = g_strdup_printf("The network '%s' has members that run, so it stays as it was made; what was "
                               "changed comes into force once all of them have stopped",
                               old->name);
        log_entry(LOG_WARNING, text, "MESSAGE_ID", MESSAGE_HOST_DEGRADED, "USER_UNIT", holder->spec->unit,
                  NULL);
        for (guint i = 0; i < REGISTRY_FAMILIES; i++) {
                holder->state->subnets[i] = old->subnets[i];
                holder->state->ranges[i] = old->ranges[i];
                holder->state->gateways[i] = old->gateways[i];
        }
        holder->state->mtu = old->mtu;
        holder->state->is_internal = old->is_internal;
        g_free(holder->state->bridge);
        holder->state->bridge = g_strdup(old->bridge);
}

static bool prepare(Holder *holder, GError **error) {
        g_autoptr(NetworkState) old = NULL;
        bool is_adopted = false;

        if (!make_folder(holder, error))
                return false;
        if (registry_load(holder->folder, &old, NULL))
                is_adopted = adopt(holder, old);
        g_autoptr(GArray) taken = look_around(holder);
        if (!holder_plan(holder->spec, taken, &holder->state, error))
                return false;
        holder_tell(holder->spec, holder->state, taken);
        if (is_adopted)
                take_over(holder, old);
        if (holder->state->is_internal)
                return true;
        g_strfreev(g_steal_pointer(&holder->state->upstreams));
        return way_out_plan(holder->state, holder->spec->dns, &holder->way_out, &holder->state->upstreams,
                            error) &&
               upstreams_open(holder->folder, holder->state->upstreams, holder->spec->dns->len == 0,
                              &holder->names_fd, error);
}

static bool map_ids(const Holder *holder, GError **error) {
        g_autoptr(IdMap) map = NULL;

        /* A namespace that was there has its map. */
        return holder->user_fd >= 0 ||
               (id_map_load_default(&map, error) && id_map_write(map, holder->keeper, error));
}

static bool tell_registry(Holder *holder, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/%d/ns/net", (int) holder->keeper);
        struct stat status;

        if (stat(path, &status) < 0)
                return fail_errno(error, errno, "Cannot look at %s", path);
        holder->state->pid = holder->keeper;
        holder->state->namespace = status.st_ino;
        return registry_save(holder->folder, holder->state, error);
}

static bool launch(Holder *holder, GError **error) {
        int made;

        if (!sync_open(&holder->sync, error))
                return false;
        holder->keeper = fork();
        if (holder->keeper < 0)
                return fail_errno(error, errno, "Cannot fork");
        if (holder->keeper == 0)
                become_keeper(holder);
        sync_become_parent(&holder->sync);
        if (!sync_wait(&holder->sync, POINT_BORN, error) || !map_ids(holder, error) ||
            !sync_reach(&holder->sync, POINT_MAPPED, error) || !sync_receive(&holder->sync, &made, error))
                return false;
        holder->state->keeps_clients = made == POINT_MADE;
        if (!tell_registry(holder, error))
                return false;
        cleanup_fd(&holder->lock_fd);
        if (!holder->state->is_internal &&
            !way_out_start(&holder->way_out, holder->state, &holder->pasta, error))
                return false;
        return sync_reach(&holder->sync, POINT_OPEN, error) && sync_wait(&holder->sync, POINT_OPEN, error);
}

/* What stays beside the keeper is what stays beside a container: it passes signals on, notices pasta's death, and ends
 * as the keeper has ended. */
static bool become_supervisor(Holder *holder, GError **error) {
        const char *program = g_getenv("WOLFFIA_SUPERVISOR"); /* for running from a build folder */
        g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);

        if (!program)
                program = WOLFFIA_SUPERVISOR_PATH;
        g_ptr_array_add(argv, g_strdup("wolffia-supervisor"));
        g_ptr_array_add(argv, g_strdup("--runner=" WOLFFIA_RUNNER_PATH));
        g_ptr_array_add(argv, g_strdup_printf("--payload=%d", (int) holder->keeper));
        g_ptr_array_add(argv, g_strdup_printf("--stop-signal=%d", SIGTERM));
        if (holder->pasta.pid > 0) {
                g_ptr_array_add(argv, g_strdup_printf("--pasta=%d", (int) holder->pasta.pid));
                g_ptr_array_add(argv, g_strdup_printf("--pasta-errors-fd=%d", holder->pasta.error_fd));
                (void) fcntl(holder->pasta.error_fd, F_SETFD, 0);
        }
        if (!upstreams_hand_over(holder->names_fd, holder->way_out.stub, argv, error))
                return false;
        g_ptr_array_add(argv, g_strdup(holder->spec->name));
        g_ptr_array_add(argv, NULL);
        (void) fcntl(holder->holder_fd, F_SETFD, 0);
        notify_send("READY=1");
        execv(program, (char *const *) argv->pdata);
        return fail_errno(error, errno, "Cannot start %s", program);
}

static void tear_down(Holder *holder) {
        if (holder->keeper > 0)
                process_kill(holder->keeper);
        process_abandon(&holder->pasta);
        if (holder->holder_fd >= 0 && holder->network_fd < 0)
                forget(holder);
        cleanup_fd(&holder->holder_fd);
        cleanup_fd(&holder->lock_fd);
        cleanup_fd(&holder->network_fd);
        cleanup_fd(&holder->names_fd);
        cleanup_fd(&holder->user_fd);
        sync_close(&holder->sync);
        way_out_clear(&holder->way_out);
        g_free(holder->folder);
        g_free(holder->runtime_dir);
        network_state_free(holder->state);
}

bool holder_run(const NetworkSpec *spec, GError **error) {
        const char *runtime_dir = g_getenv("XDG_RUNTIME_DIR");
        Holder holder = {
                .spec = spec,
                .runtime_dir =
                        runtime_dir ? g_strdup(runtime_dir) : g_strdup_printf("/run/user/%u", getuid()),
                .pasta = PROCESS_NONE,
                .lock_fd = -1,
                .holder_fd = -1,
                .network_fd = -1,
                .names_fd = -1,
                .user_fd = -1,
                .sync = SYNC_NONE,
        };

        holder.folder = registry_folder(holder.runtime_dir, spec->name);
        if (prepare(&holder, error) && launch(&holder, error))
                (void) become_supervisor(&holder, error);
        tear_down(&holder);
        return false;
}
