/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of each option of systemd.exec(5), systemd.resource-control(5) and systemd.kill(5) that cannot stay in
 * a container's service. Options that are not here stay: they do no harm. */

#include "generator/service-lift-take.h"

#define FULFILLED "left out, since a container is like that anyway"
#define PATHS     "the payload sees only the files of its image, and what Volume= brings in"
#define FILTER                                                                                              \
        "the container's own system call filter stays in force; SeccompProfile= in [Container] takes another"
#define ROOT     "the runner needs the host's files; the payload's root is Image= or Rootfs= in [Container]"
#define IDENTITY "a user's services run as that user; User= in [Container] is the user inside"
#define IMAGES   "it takes root; Volume= in [Container] brings folders in"
#define REALTIME "processes of a user have no real-time priority; the container runs with the ordinary one"
#define BPF                                                                                                 \
        "it takes root, and has no effect in a user's service; Network=none in [Container] closes the network"
#define DEVICES                                                                                             \
        "it takes root, and has no effect in a user's service; a container has only the devices that AddDevice= names"
#define LABEL                                                                                               \
        "labels and profiles of programs take root; AppArmor= and SecurityLabelType= in [Container] are for containers"
#define JOIN                                                                                                \
        "namespaces of others cannot be joined from a service; Network= in [Container] can join networks and containers"
#define LIMIT                                                                                               \
        "Ulimit= where the value is so small that it would hinder the runner; else it stays, and the payload inherits it"

/* clang-format off */
const Lift lift_table[] = {
        {"PrivateNetwork", LIFT_CONTAINER, lift_private_network, "Network=none"},
        {"NoNewPrivileges", LIFT_CONTAINER, lift_no_new_privileges, "NoNewPrivileges=yes"},
        {"CapabilityBoundingSet", LIFT_CONTAINER, lift_bounding_set, "DropCapability= of what is not in it; it adds nothing"},
        {"AmbientCapabilities", LIFT_CONTAINER, lift_ambient, "AddCapability="},
        {"LimitAS", LIFT_CONTAINER, lift_limit, LIMIT},
        {"LimitCPU", LIFT_CONTAINER, lift_limit, LIMIT},
        {"LimitDATA", LIFT_CONTAINER, lift_limit, LIMIT},
        {"LimitFSIZE", LIFT_CONTAINER, lift_limit, LIMIT},
        {"LimitNOFILE", LIFT_CONTAINER, lift_limit, LIMIT},
        {"LimitNPROC", LIFT_CONTAINER, lift_limit, LIMIT},
        {"LimitSTACK", LIFT_CONTAINER, lift_limit, LIMIT},
        {"UMask", LIFT_CONTAINER, lift_umask, "--umask"},
        {"KillSignal", LIFT_CONTAINER, lift_kill_signal, "StopSignal="},
        {"BindPaths", LIFT_CONTAINER, lift_bind_paths, "Volume="},
        {"BindReadOnlyPaths", LIFT_CONTAINER, lift_bind_paths, "Volume= with ro"},
        {"StandardOutput", LIFT_CONTAINER, lift_output, "it stays; with a file or socket, LogDriver=passthrough, so that the payload's output gets there"},

        {"PrivateTmp", LIFT_FULFILLED, NULL, FULFILLED},
        {"PrivateDevices", LIFT_FULFILLED, NULL, FULFILLED},
        {"PrivateIPC", LIFT_FULFILLED, NULL, FULFILLED},
        {"PrivatePIDs", LIFT_FULFILLED, NULL, FULFILLED},
        {"PrivateUsers", LIFT_FULFILLED, NULL, FULFILLED},
        {"PrivateMounts", LIFT_FULFILLED, NULL, FULFILLED},
        {"PrivateBPF", LIFT_FULFILLED, NULL, FULFILLED},
        {"ProtectSystem", LIFT_FULFILLED, NULL, FULFILLED},
        {"ProtectHome", LIFT_FULFILLED, NULL, FULFILLED},
        {"ProtectProc", LIFT_FULFILLED, NULL, FULFILLED},
        {"ProcSubset", LIFT_FULFILLED, NULL, FULFILLED},
        {"ProtectHostname", LIFT_FULFILLED, NULL, FULFILLED},
        {"ProtectClock", LIFT_FULFILLED, NULL, FULFILLED},
        {"ProtectKernelTunables", LIFT_FULFILLED, NULL, FULFILLED},
        {"ProtectKernelModules", LIFT_FULFILLED, NULL, FULFILLED},
        {"ProtectKernelLogs", LIFT_FULFILLED, NULL, FULFILLED},
        {"ProtectControlGroups", LIFT_FULFILLED, NULL, FULFILLED},
        {"RestrictNamespaces", LIFT_FULFILLED, NULL, FULFILLED},
        {"RestrictRealtime", LIFT_FULFILLED, NULL, FULFILLED},
        {"RemoveIPC", LIFT_FULFILLED, NULL, FULFILLED},
        {"MountAPIVFS", LIFT_FULFILLED, NULL, FULFILLED},
        {"MountFlags", LIFT_FULFILLED, NULL, FULFILLED},
        {"ReadOnlyPaths", LIFT_FULFILLED, NULL, FULFILLED},
        {"ReadWritePaths", LIFT_FULFILLED, NULL, FULFILLED},
        {"InaccessiblePaths", LIFT_FULFILLED, NULL, FULFILLED},
        {"ReadOnlyDirectories", LIFT_FULFILLED, NULL, FULFILLED},
        {"ReadWriteDirectories", LIFT_FULFILLED, NULL, FULFILLED},
        {"InaccessibleDirectories", LIFT_FULFILLED, NULL, FULFILLED},
        {"TemporaryFileSystem", LIFT_FULFILLED, NULL, FULFILLED},
        {"DelegateSubgroup", LIFT_FULFILLED, NULL, FULFILLED},
        {"DelegateNamespaces", LIFT_FULFILLED, NULL, FULFILLED},

        {"CPUShares", LIFT_RENAMED, lift_cpu_shares, "CPUWeight"},
        {"StartupCPUShares", LIFT_RENAMED, lift_cpu_shares, "StartupCPUWeight"},
        {"MemoryLimit", LIFT_RENAMED, lift_renamed, "MemoryMax"},
        {"BlockIOAccounting", LIFT_RENAMED, lift_renamed, "IOAccounting"},
        {"BlockIOWeight", LIFT_RENAMED, lift_block_io_weight, "IOWeight"},
        {"StartupBlockIOWeight", LIFT_RENAMED, lift_block_io_weight, "StartupIOWeight"},
        {"BlockIODeviceWeight", LIFT_RENAMED, lift_block_io_weight, "IODeviceWeight"},
        {"BlockIOReadBandwidth", LIFT_RENAMED, lift_renamed, "IOReadBandwidthMax"},
        {"BlockIOWriteBandwidth", LIFT_RENAMED, lift_renamed, "IOWriteBandwidthMax"},

        {"User", LIFT_WITHOUT, NULL, IDENTITY},
        {"Group", LIFT_WITHOUT, NULL, IDENTITY},
        {"SupplementaryGroups", LIFT_WITHOUT, NULL, "a user's services have the groups of that user; GroupAdd= in [Container] is for groups inside"},
        {"PAMName", LIFT_WITHOUT, NULL, "sessions are opened by services of the system only"},
        {"SystemCallFilter", LIFT_WITHOUT, NULL, FILTER},
        {"SystemCallErrorNumber", LIFT_WITHOUT, NULL, FILTER},
        {"SystemCallArchitectures", LIFT_WITHOUT, NULL, FILTER},
        {"SystemCallLog", LIFT_WITHOUT, NULL, FILTER},
        {"LockPersonality", LIFT_WITHOUT, NULL, FILTER},
        {"MemoryDenyWriteExecute", LIFT_WITHOUT, NULL, FILTER},
        {"RestrictAddressFamilies", LIFT_WITHOUT, NULL, "containers have no filter of address families; Network=none in [Container] leaves the loopback only"},
        {"RestrictSUIDSGID", LIFT_WITHOUT, NULL, "containers have no such filter; NoNewPrivileges=yes and Volume=…:nosuid in [Container] make the bits useless"},
        {"RestrictFileSystems", LIFT_WITHOUT, NULL, PATHS},
        {"ExecPaths", LIFT_WITHOUT, NULL, PATHS "; Volume=…:noexec keeps programs in it from running"},
        {"NoExecPaths", LIFT_WITHOUT, NULL, PATHS "; Volume=…:noexec keeps programs in it from running"},
        {"CPUSchedulingPolicy", LIFT_WITHOUT, lift_scheduling, REALTIME},
        {"CPUSchedulingPriority", LIFT_WITHOUT, lift_scheduling, REALTIME},
        {"LogNamespace", LIFT_WITHOUT, NULL, "journals of their own are for services of the system"},
        {"IPAddressAllow", LIFT_WITHOUT, NULL, BPF},
        {"IPAddressDeny", LIFT_WITHOUT, NULL, BPF},
        {"IPIngressFilterPath", LIFT_WITHOUT, NULL, BPF},
        {"IPEgressFilterPath", LIFT_WITHOUT, NULL, BPF},
        {"BPFProgram", LIFT_WITHOUT, NULL, BPF},
        {"RestrictNetworkInterfaces", LIFT_WITHOUT, NULL, BPF},
        {"SocketBindAllow", LIFT_WITHOUT, NULL, BPF},
        {"SocketBindDeny", LIFT_WITHOUT, NULL, BPF},
        {"DeviceAllow", LIFT_WITHOUT, NULL, DEVICES},
        {"DevicePolicy", LIFT_WITHOUT, lift_device_policy, DEVICES},

        {"DynamicUser", LIFT_REFUSED, NULL, "a user cannot make users; UserNS=auto in [Container] gives it ids that nobody else has"},
        {"SecureBits", LIFT_REFUSED, NULL, "the runner needs set-user-ID programs; NoNewPrivileges=yes and DropCapability=all in [Container] do more"},
        {"SELinuxContext", LIFT_REFUSED, lift_label, LABEL},
        {"AppArmorProfile", LIFT_REFUSED, lift_label, LABEL},
        {"SmackProcessLabel", LIFT_REFUSED, lift_label, LABEL},
        {"NetworkNamespacePath", LIFT_REFUSED, NULL, JOIN},
        {"IPCNamespacePath", LIFT_REFUSED, NULL, JOIN},
        {"UserNamespacePath", LIFT_REFUSED, NULL, JOIN},
        {"RootDirectory", LIFT_REFUSED, NULL, ROOT},
        {"RootImage", LIFT_REFUSED, NULL, ROOT},
        {"RootImageOptions", LIFT_REFUSED, NULL, ROOT},
        {"RootEphemeral", LIFT_REFUSED, NULL, ROOT},
        {"RootHash", LIFT_REFUSED, NULL, ROOT},
        {"RootHashSignature", LIFT_REFUSED, NULL, ROOT},
        {"RootVerity", LIFT_REFUSED, NULL, ROOT},
        {"RootMStack", LIFT_REFUSED, NULL, ROOT},
        {"MountImages", LIFT_REFUSED, NULL, IMAGES},
        {"ExtensionImages", LIFT_REFUSED, NULL, IMAGES},
        {"ExtensionDirectories", LIFT_REFUSED, NULL, IMAGES},
};
/* clang-format on */

const size_t lift_table_count = G_N_ELEMENTS(lift_table);
