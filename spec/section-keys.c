/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lists of systemd's keys: `systemd --dump-configuration-items` of 252, and what has come since. */

#include "spec/section-keys.h"

#include "spec/nearest.h"

#include <string.h>

/* clang-format off */
static const char *const unit_keys[] = {
        "After", "AllowIsolate", "AssertACPower", "AssertArchitecture", "AssertCPUFeature",
        "AssertCPUPressure", "AssertCPUs", "AssertCapability", "AssertControlGroupController",
        "AssertCredential", "AssertDirectoryNotEmpty", "AssertEnvironment", "AssertFileIsExecutable",
        "AssertFileNotEmpty", "AssertFirmware", "AssertFirstBoot", "AssertFraction", "AssertGroup",
        "AssertHost", "AssertIOPressure", "AssertKernelCommandLine", "AssertKernelModuleLoaded",
        "AssertKernelVersion", "AssertMachineTag", "AssertMemory", "AssertMemoryPressure",
        "AssertNeedsUpdate", "AssertOSRelease", "AssertPathExists", "AssertPathExistsGlob",
        "AssertPathIsDirectory", "AssertPathIsEncrypted", "AssertPathIsMountPoint", "AssertPathIsReadWrite",
        "AssertPathIsSocket", "AssertPathIsSymbolicLink", "AssertSecurity", "AssertUser", "AssertVersion",
        "AssertVirtualization", "Before", "BindTo", "BindsTo", "CollectMode", "ConditionACPower",
        "ConditionArchitecture", "ConditionCPUFeature", "ConditionCPUPressure", "ConditionCPUs",
        "ConditionCapability", "ConditionControlGroupController", "ConditionCredential",
        "ConditionDirectoryNotEmpty", "ConditionEnvironment", "ConditionFileIsExecutable",
        "ConditionFileNotEmpty", "ConditionFirmware", "ConditionFirstBoot", "ConditionFraction",
        "ConditionGroup", "ConditionHost", "ConditionIOPressure", "ConditionKernelCommandLine",
        "ConditionKernelModuleLoaded", "ConditionKernelVersion", "ConditionMachineTag", "ConditionMemory",
        "ConditionMemoryPressure", "ConditionNeedsUpdate", "ConditionOSRelease", "ConditionPathExists",
        "ConditionPathExistsGlob", "ConditionPathIsDirectory", "ConditionPathIsEncrypted",
        "ConditionPathIsMountPoint", "ConditionPathIsReadWrite", "ConditionPathIsSocket",
        "ConditionPathIsSymbolicLink", "ConditionSecurity", "ConditionUser", "ConditionVersion",
        "ConditionVirtualization", "Conflicts", "DefaultDependencies", "Description", "Documentation",
        "FailureAction", "FailureActionExitStatus", "IgnoreOnIsolate", "JobRunningTimeoutSec",
        "JobTimeoutAction", "JobTimeoutRebootArgument", "JobTimeoutSec", "JoinsNamespaceOf", "OnFailure",
        "OnFailureIsolate", "OnFailureJobMode", "OnSuccess", "OnSuccessJobMode", "PartOf",
        "PropagateReloadFrom", "PropagateReloadTo", "PropagatesReloadTo", "PropagatesStopTo",
        "RebootArgument", "RefuseManualStart", "RefuseManualStop", "ReloadPropagatedFrom", "Requires",
        "RequiresMountsFor", "RequiresOverridable", "Requisite", "RequisiteOverridable", "SourcePath",
        "StartLimitAction", "StartLimitBurst", "StartLimitInterval", "StartLimitIntervalSec",
        "StopPropagatedFrom", "StopWhenUnneeded", "SuccessAction", "SuccessActionExitStatus",
        "SurviveFinalKillSignal", "Upholds", "Wants", "WantsMountsFor",
};

static const char *const service_keys[] = {
        "AllowedCPUs", "AllowedMemoryNodes", "AmbientCapabilities", "AppArmorProfile",
        "BPFDelegateAttachments", "BPFDelegateCommands", "BPFDelegateMaps", "BPFDelegatePrograms",
        "BPFProgram", "BindPaths", "BindReadOnlyPaths", "BlockIOAccounting", "BlockIODeviceWeight",
        "BlockIOReadBandwidth", "BlockIOWeight", "BlockIOWriteBandwidth", "BusName", "CPUAccounting",
        "CPUAffinity", "CPUQuota", "CPUQuotaPeriodSec", "CPUSchedulingPolicy", "CPUSchedulingPriority",
        "CPUSchedulingResetOnFork", "CPUSetPartition", "CPUShares", "CPUWeight", "CacheDirectory",
        "CacheDirectoryAccounting", "CacheDirectoryMode", "CacheDirectoryQuota", "CapabilityBoundingSet",
        "ConfigurationDirectory", "ConfigurationDirectoryMode", "CoredumpFilter", "CoredumpReceive",
        "DefaultMemoryLow", "DefaultMemoryMin", "DefaultStartupMemoryLow", "DefaultStartupMemoryMin",
        "Delegate", "DelegateNamespaces", "DelegateSubgroup", "DeviceAllow", "DevicePolicy",
        "DisableControllers", "DynamicUser", "Environment", "EnvironmentFile", "ExecCondition", "ExecPaths",
        "ExecReload", "ExecReloadPost", "ExecSearchPath", "ExecStart", "ExecStartPost", "ExecStartPre",
        "ExecStop", "ExecStopPost", "ExitType", "ExtensionDirectories", "ExtensionImagePolicy",
        "ExtensionImages", "FailureAction", "FileDescriptorStoreMax", "FileDescriptorStorePreserve",
        "FinalKillSignal", "Group", "GuessMainPID", "IOAccounting", "IODeviceLatencyTargetSec",
        "IODeviceWeight", "IOReadBandwidthMax", "IOReadIOPSMax", "IOSchedulingClass", "IOSchedulingPriority",
        "IOWeight", "IOWriteBandwidthMax", "IOWriteIOPSMax", "IPAccounting", "IPAddressAllow",
        "IPAddressDeny", "IPCNamespacePath", "IPEgressFilterPath", "IPIngressFilterPath", "IgnoreSIGPIPE",
        "ImportCredential", "InaccessibleDirectories", "InaccessiblePaths", "KeyringMode", "KillMode",
        "KillSignal", "LimitAS", "LimitCORE", "LimitCPU", "LimitDATA", "LimitFSIZE", "LimitLOCKS",
        "LimitMEMLOCK", "LimitMSGQUEUE", "LimitNICE", "LimitNOFILE", "LimitNPROC", "LimitRSS", "LimitRTPRIO",
        "LimitRTTIME", "LimitSIGPENDING", "LimitSTACK", "LoadCredential", "LoadCredentialEncrypted",
        "LockPersonality", "LogExtraFields", "LogFilterPatterns", "LogLevelMax", "LogNamespace",
        "LogRateLimitBurst", "LogRateLimitIntervalSec", "LogsDirectory", "LogsDirectoryAccounting",
        "LogsDirectoryMode", "LogsDirectoryQuota", "ManagedOOMMemoryPressure",
        "ManagedOOMMemoryPressureDurationSec", "ManagedOOMMemoryPressureLimit", "ManagedOOMPreference",
        "ManagedOOMSwap", "MemoryAccounting", "MemoryDenyWriteExecute", "MemoryHigh", "MemoryKSM",
        "MemoryLimit", "MemoryLow", "MemoryMax", "MemoryMin", "MemoryPressureThresholdSec",
        "MemoryPressureWatch", "MemorySwapMax", "MemoryZSwapMax", "MemoryZSwapWriteback", "MountAPIVFS",
        "MountFlags", "MountImagePolicy", "MountImages", "NFTSet", "NUMAMask", "NUMAPolicy",
        "NetworkNamespacePath", "Nice", "NoExecPaths", "NoNewPrivileges", "NonBlocking", "NotifyAccess",
        "OOMPolicy", "OOMScoreAdjust", "OpenFile", "PAMName", "PIDFile", "PassEnvironment",
        "PermissionsStartOnly", "Personality", "PrivateBPF", "PrivateDevices", "PrivateIPC", "PrivateMounts",
        "PrivateNetwork", "PrivatePIDs", "PrivateTmp", "PrivateUsers", "ProcSubset", "ProtectClock",
        "ProtectControlGroups", "ProtectHome", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules",
        "ProtectKernelTunables", "ProtectKeyring", "ProtectProc", "ProtectSystem", "ReadOnlyDirectories",
        "ReadOnlyPaths", "ReadWriteDirectories", "ReadWritePaths", "RebootArgument", "RefreshOnReload",
        "ReloadSignal", "RemainAfterExit", "RemoveIPC", "Restart", "RestartForceExitStatus",
        "RestartKillSignal", "RestartMaxDelaySec", "RestartMode", "RestartPreventExitStatus", "RestartSec",
        "RestartSteps", "RestrictAddressFamilies", "RestrictFileSystems", "RestrictNamespaces",
        "RestrictNetworkInterfaces", "RestrictRealtime", "RestrictSUIDSGID", "RootDirectory",
        "RootDirectoryStartOnly", "RootEphemeral", "RootHash", "RootHashSignature", "RootImage",
        "RootImageOptions", "RootImagePolicy", "RootMStack", "RootVerity", "RuntimeDirectory",
        "RuntimeDirectoryMode", "RuntimeDirectoryPreserve", "RuntimeDirectorySymlink", "RuntimeMaxSec",
        "RuntimeRandomizedExtraSec", "SELinuxContext", "SecureBits", "SendSIGHUP", "SendSIGKILL",
        "SetCredential", "SetCredentialEncrypted", "SetLoginEnvironment", "Slice", "SmackProcessLabel",
        "SocketBindAllow", "SocketBindDeny", "Sockets", "StandardError", "StandardInput", "StandardInputData",
        "StandardInputText", "StandardOutput", "StartLimitAction", "StartLimitBurst", "StartLimitInterval",
        "StartupAllowedCPUs", "StartupAllowedMemoryNodes", "StartupBlockIOWeight", "StartupCPUSetPartition",
        "StartupCPUShares", "StartupCPUWeight", "StartupIOWeight", "StartupMemoryHigh", "StartupMemoryLow",
        "StartupMemoryMax", "StartupMemoryMin", "StartupMemorySwapMax", "StartupMemoryZSwapMax",
        "StateDirectory", "StateDirectoryAccounting", "StateDirectoryMode", "StateDirectoryQuota",
        "SuccessExitStatus", "SupplementaryGroups", "SyslogFacility", "SyslogIdentifier", "SyslogLevel",
        "SyslogLevelPrefix", "SystemCallArchitectures", "SystemCallErrorNumber", "SystemCallFilter",
        "SystemCallLog", "TTYColumns", "TTYPath", "TTYReset", "TTYRows", "TTYVHangup", "TTYVTDisallocate",
        "TasksAccounting", "TasksMax", "TemporaryFileSystem", "TimeoutAbortSec", "TimeoutCleanSec",
        "TimeoutSec", "TimeoutStartFailureMode", "TimeoutStartSec", "TimeoutStopFailureMode",
        "TimeoutStopSec", "TimerSlackNSec", "Type", "UMask", "USBFunctionDescriptors", "USBFunctionStrings",
        "UnsetEnvironment", "User", "UserNamespacePath", "UtmpIdentifier", "UtmpMode", "WatchdogSec",
        "WatchdogSignal", "WorkingDirectory",
};

static const char *const install_keys[] = {
        "Alias", "Also", "DefaultInstance", "RequiredBy", "UpheldBy", "WantedBy",
};

/* clang-format on */

static const struct {
        const char *section;
        const char *const *keys;
        size_t count;
} sections[] = {
        {"Unit", unit_keys, G_N_ELEMENTS(unit_keys)},
        {"Service", service_keys, G_N_ELEMENTS(service_keys)},
        {"Install", install_keys, G_N_ELEMENTS(install_keys)},
};

/* The index in SECTIONS; their number when it is none of them. */
static size_t find_section(const char *section) {
        size_t i = 0;

        while (i < G_N_ELEMENTS(sections) &&
               (sections[i].section[0] != section[0] || strcmp(sections[i].section, section) != 0))
                i++;
        return i;
}

static bool has_key(size_t section, const char *key) {
        size_t first = 0, last = sections[section].count;

        while (first < last) {
                size_t middle = (first + last) / 2;
                const char *other = sections[section].keys[middle];
                int order = key[0] != other[0] ? key[0] - other[0] : strcmp(key, other);

                if (order == 0)
                        return true;
                if (order < 0)
                        last = middle;
                else
                        first = middle + 1;
        }
        return false;
}

bool section_keys_has(const char *section) {
        return find_section(section) < G_N_ELEMENTS(sections);
}

bool section_keys_knows(const char *section, const char *key) {
        size_t i = find_section(section);

        return i < G_N_ELEMENTS(sections) && (strncmp(key, "X-", 2) == 0 || has_key(i, key));
}

const char *section_keys_section(const char *key) {
        for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
                if (has_key(i, key))
                        return sections[i].section;
        return NULL;
}

const char *section_keys_nearest(const char *section, const char *word) {
        size_t i = find_section(section);

        return i < G_N_ELEMENTS(sections) ? nearest_find(word, sections[i].keys, sections[i].count) : NULL;
}
