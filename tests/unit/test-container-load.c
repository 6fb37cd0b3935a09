/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/container-load.h"
#include "spec/container-options.h"
#include "spec/problem.h"
#include "spec/unit-read.h"

#include <string.h>

typedef struct Loaded {
        ContainerSpec *spec;
        GPtrArray *problems;
        char *options; /* the spec as a command line, "|" between words */
        char *text;    /* the problems, a line each */
} Loaded;

static Loaded load(const char *lines) {
        g_autofree char *text = g_strconcat("[Container]\n", lines, NULL);
        g_autoptr(UnitReader) reader = unit_reader_new();
        g_autoptr(UnitFile) unit = unit_file_new();
        Loaded loaded = {container_spec_new(), problems_new(), NULL, NULL};
        g_autoptr(GString) complaint = g_string_new(NULL);

        unit_read_text(reader, text, strlen(text), "/units/web.container", unit, loaded.problems);
        container_load(unit, "/units/web.container", loaded.spec, loaded.problems);
        for (guint i = 0; i < loaded.problems->len; i++) {
                static const char *const severities[] = {"error", "warning", "note"};
                const Problem *problem = loaded.problems->pdata[i];
                g_autofree char *line = problem_print_short(problem);

                g_string_append_printf(complaint, "%s %s\n", severities[problem->severity], line);
        }
        g_autoptr(GPtrArray) arguments = container_options_print(loaded.spec);
        g_ptr_array_add(arguments, NULL);
        loaded.options = g_strjoinv("|", (char **) arguments->pdata);
        loaded.text = g_strdup(complaint->str);
        return loaded;
}

static void loaded_clear(Loaded *loaded) {
        container_spec_free(loaded->spec);
        g_ptr_array_unref(loaded->problems);
        g_free(loaded->options);
        g_free(loaded->text);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Loaded, loaded_clear)

/* LINES without the image that every container needs. */
static void assert_loads(const char *lines, const char *options) {
        g_autofree char *whole = g_strconcat("Image=i\n", lines, "\n", NULL);
        g_autofree char *expected = *options ? g_strconcat(options, "|i", NULL) : g_strdup("i");
        g_auto(Loaded) loaded = load(whole);

        g_test_message("%s", lines);
        g_assert_cmpstr(loaded.text, ==, "");
        g_assert_cmpstr(loaded.options, ==, expected);
}

static void assert_complains(const char *lines, const char *complaint) {
        g_autofree char *whole = g_strconcat("Image=i\n", lines, "\n", NULL);
        g_auto(Loaded) loaded = load(whole);

        g_test_message("%s", lines);
        g_assert_cmpstr(loaded.text, ==, complaint);
}

static void test_classes(void) {
        /* one value: the last counts, empty takes back, double quotes come off */
        assert_loads("HostName=a\nHostName=b", "--hostname=b");
        assert_loads("HostName=a\nHostName=", "");
        assert_loads("HostName=\"a\"", "--hostname=a");
        assert_loads("HostName=\"\"", "");
        assert_loads("WorkingDir='/a'x\nWorkingDir=\"/a b\"", "--workdir=/a b");
        assert_loads("Entrypoint=a\nEntrypoint=", "--entrypoint=");
        assert_loads("Entrypoint=[\"a\", \"b\"]", "--entrypoint=[\"a\", \"b\"]");
        /* booleans */
        assert_loads("ReadOnly=yes\nRunInit=0", "--read-only|--init=false");
        assert_loads("ReadOnly=yes\nReadOnly=", "");
        /* lines */
        assert_loads("PublishPort=1\nPublishPort=2", "--publish=1|--publish=2");
        assert_loads("PublishPort=1\nPublishPort=\nPublishPort=2", "--publish=2");
        /* split at blanks, no escapes */
        assert_loads("DropCapability=all\nAddCapability=CHOWN \"SETUID\"\nAddCapability=setgid",
                     "--cap-add=CHOWN|--cap-add=SETUID|--cap-add=setgid|--cap-drop=all");
        assert_loads("Sysctl=a=1\\x", "--sysctl=a=1\\x");
        /* words */
        assert_loads("Mask=/a \"/b c\"\nMask=/d\\te",
                     "--security-opt=mask=/a|--security-opt=mask=/b c|--security-opt=mask=/d\te");
        /* maps: the last of a name wins at the place of the first */
        assert_loads("Environment=A=1 B=2\nEnvironment=A=3 C", "--env=A=3|--env=B=2|--env=C");
        assert_loads("Environment=A=1\nEnvironment=\nEnvironment=AB=2 A=1", "--env=AB=2|--env=A=1");
        assert_loads("Environment=\"A=b c\" D='e'", "--env=A=b c|--env=D=e");
        /* the command: last line only */
        g_auto(Loaded) loaded = load("Image=i\nExec=a b\nExec=sh -c \"echo \\\"$X\\\"\" ''\n");
        g_assert_cmpstr(loaded.options, ==, "i|sh|-c|echo \"$X\"|");
        g_assert_cmpuint(loaded.spec->command->len, ==, 4);
}

static void test_keys_with_a_turn(void) {
        assert_loads("Notify=yes", "--sdnotify=container");
        assert_loads("Notify=false", "--sdnotify=conmon");
        assert_loads("Volume=./data:/data:ro", "--volume=/units/data:/data:ro");
        assert_loads("Volume=../data/:/data", "--volume=/data:/data");
        assert_loads("Volume=%h/x:/data", "--volume=%h/x:/data");
        assert_loads("Volume=${DIR}:/data:what", "--volume=${DIR}:/data:what");
        assert_loads("Volume=/data", "--volume=/data");
        assert_loads("EnvironmentFile=a.env /b.env %h/c.env",
                     "--env-file=/units/a.env|--env-file=/b.env|--env-file=%h/c.env");
        assert_loads("Mount=type=bind,source=./x,target=/x", "--mount=type=bind,source=/units/x,target=/x");
        assert_loads("Mount=type=bind,src=/x,dst=/y", "--mount=type=bind,src=/x,dst=/y");
        assert_loads("SeccompProfile=unconfined", "--security-opt=seccomp=unconfined");
        assert_loads("SeccompProfile=p.json", "--security-opt=seccomp=/units/p.json");
        assert_loads("NoNewPrivileges=true", "--security-opt=no-new-privileges");
        assert_loads("AutoUpdate=registry\nLabel=a=b",
                     "--label=a=b|--label=io.containers.autoupdate=registry");
        assert_loads("PodmanArgs=--hostname=late --memory 1m\nHostName=early\nMemory=2m",
                     "--hostname=late|--memory=1m");
        assert_loads("VolatileTmp=yes\nReadOnly=yes", "--read-only");
        assert_loads("VolatileTmp=yes", "--tmpfs=/tmp:rw,size=512M,mode=1777");
        assert_loads("PodmanArgs=--cap-add NET_RAW -p 80:80 \"--env=A=b c\"\nPodmanArgs=--init",
                     "--env=A=b c|--publish=80:80|--cap-add=NET_RAW|--init");
        g_auto(Loaded) graphics = load("AddDevice=/dev/fuse\nPodmanArgs=--gpus=all\n");
        g_assert_cmpstr(graphics.options, ==, "--device=/dev/fuse|--device=nvidia.com/gpu=all");
        g_auto(Loaded) loaded = load("Rootfs=./root\nExec=/bin/sh\n");
        g_assert_cmpstr(loaded.options, ==, "--rootfs=/units/root|/bin/sh");
        g_assert_cmpstr(loaded.text, ==, "");
}

static void test_tells_every_fault_at_once(void) {
        assert_complains(
                "PublishPort=99999:80\nReadOnly=maybe\nEnvironment=A=1 =x \"C\nAddCapability=NET_ADMN\nExce=x\nHostName=a_b!",
                "error web.container:3: PublishPort=: port '99999' is not within 1 to 65535\n"
                "error web.container:4: ReadOnly=: 'maybe' is neither yes nor no (1 yes true on, 0 no false off)\n"
                "error web.container:5: Environment=: a double quote is opened and never closed; write \\\" for the character\n"
                "error web.container:6: AddCapability=: 'NET_ADMN' is not a capability; did you mean CAP_NET_ADMIN?\n"
                "error web.container:7: Exce=: there is no such key; did you mean Exec=?\n"
                "error web.container:8: HostName=: 'a_b!' is not a host name; letters, digits, - and . are possible\n");
}

static void test_tells_one_fault(void) {
        static const struct {
                const char *lines, *complaint;
        } faults[] = {
                {"Restart=always", "error web.container:3: Restart=: this key belongs into [Service]\n"},
                {"WantedBy=x", "error web.container:3: WantedBy=: this key belongs into [Install]\n"},
                {"After=x", "error web.container:3: After=: this key belongs into [Unit]\n"},
                {"Xyzzyx=1", "error web.container:3: Xyzzyx=: there is no such key in [Container]\n"},
                {"Environment==x", "error web.container:3: Environment=: '=x' has no name before the '='\n"},
                {"Exec=a \\q",
                 "error web.container:3: Exec=: the escape \\q is not known; write \\\\q for a backslash\n"},
                {"Notify=perhaps",
                 "error web.container:3: Notify=: 'perhaps' is neither yes, no nor healthy\n"},
                {"Volume=x.volume:/x", "error web.container:3: Volume=: x.volume: there is no such file\n"},
                {"Network=x.network", "error web.container:3: Network=: x.network: there is no such file\n"},
                {"Network=x.container",
                 "error web.container:3: Network=: x.container: there is no such file\n"},
                {"Mount=type=volume,source=x.volume,target=/x",
                 "error web.container:3: Mount=: x.volume: there is no such file\n"},
                {"Pod=x.pod", "error web.container:3: Pod=: x.pod: there is no such file\n"},
                {"Rootfs=/x", "error web.container:3: Rootfs=: Image= and Rootfs= cannot both be there\n"},
                {"User=a:b\nGroup=c", "error web.container:4: Group=: User= has a group already\n"},
                {"Network=host\nNetwork=pasta",
                 "error web.container:4: Network=: none and host cannot be joined with others\n"},
                {"LogOpt=max-size=many",
                 "error web.container:3: LogOpt=: 'many' is not a size; write bytes or a unit, like 64m or 1g\n"},
                {"LogOpt=max-size",
                 "error web.container:3: LogOpt=: 'max-size' is not NAME=VALUE, like max-size=10m\n"},
                {"LogDriver=jornald",
                 "error web.container:3: LogDriver=: 'jornald' is not known; journald, k8s-file, passthrough and none are\n"},
                {"PodmanArgs=--restart=always --publish=0 --cpus=many --pubish 80:80 alpine",
                 "error web.container:3: PodmanArgs=: --restart: write Restart= in [Service] instead\n"
                 "error web.container:3: PodmanArgs=: --publish: port '0' is not within 1 to 65535\n"
                 "error web.container:3: PodmanArgs=: --cpus: 'many' is not a number of processors, like 2 or 0.5\n"
                 "error web.container:3: PodmanArgs=: there is no option --pubish; did you mean --publish?\n"
                 "error web.container:3: PodmanArgs=: 'alpine' is not an option; a value with blanks stands in quotes\n"},
                {"PodmanArgs=--pid=host --pid container:db --ipc=container:db --uts=host",
                 "error web.container:3: PodmanArgs=: --pid: a container sees its own processes only; among those of the host "
                 "its root could end all of yours, and what it leaves running would outlive it; what looks at those runs as a "
                 "service without a container\n"
                 "error web.container:3: PodmanArgs=: --pid: a container sees its own processes only; 'wolffia exec' runs a "
                 "program among those of another\n"
                 "error web.container:3: PodmanArgs=: --ipc: System V and POSIX IPC are the container's own, or with --ipc=host the "
                 "host's; Pod= shares those of a pod\n"
                 "error web.container:3: PodmanArgs=: --uts: a container has a host name of its own, or its pod's; HostName=%H "
                 "gives it the host's\n"},
                {"PodmanArgs=--gpus=2",
                 "error web.container:3: PodmanArgs=: --gpus: '2' may mean a number of devices or one of them; write "
                 "AddDevice=nvidia.com/gpu=NAME for each, as `nvidia-ctk cdi list` shows them, or all\n"},
                {"Pull=allways",
                 "error web.container:3: Pull=: 'allways' is not known; did you mean always?\n"},
                {"PodmanArgs=alpine",
                 "error web.container:3: PodmanArgs=: 'alpine' is not an option; a value with blanks stands in quotes\n"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(faults); i++)
                assert_complains(faults[i].lines, faults[i].complaint);
}

static void test_warns(void) {
        static const struct {
                const char *lines, *complaint;
        } faults[] = {
                {"AutoUpdate=registy",
                 "warning web.container:3: AutoUpdate=: 'registy' is not known; taken as registry\n"},
                {"AutoUpdate=sometimes",
                 "warning web.container:3: AutoUpdate=: 'sometimes' is not known; registry, local and disabled are\n"},
                {"PodmanArgs=--privileged",
                 "note web.container:3: PodmanArgs=: --privileged gives all that a user namespace can: its capabilities, no masked "
                 "paths, SeccompProfile=nesting; on the host it gives nothing, and devices come by AddDevice=\n"},
                {"PodmanArgs=--gpus all",
                 "note web.container:3: PodmanArgs=: --gpus is taken as AddDevice=nvidia.com/gpu=all\n"},
                {"PodmanArgs=--pid=private --ipc=shareable --uts private --cgroupns=private",
                 "note web.container:3: PodmanArgs=: --pid: a container always has its own\n"
                 "note web.container:3: PodmanArgs=: --uts: a container always has its own\n"
                 "note web.container:3: PodmanArgs=: --cgroupns: a container always has its own\n"},
                {"PodmanArgs=--rm --runtime crun --userns=keep-id",
                 "note web.container:3: PodmanArgs=: --rm: a unit always does so\n"
                 "note web.container:3: PodmanArgs=: --runtime: no OCI runtime is used\n"},
                {"HealthLogDestination=x\nHealthMaxLogCount=1\nHealthMaxLogSize=2",
                 "note web.container:3: HealthLogDestination=: results of health checks are in the journal, the last one in `systemctl status`\n"},
                {"AddCapability=SYS_TIME CHOWN",
                 "warning web.container:3: AddCapability=: CAP_SYS_TIME without root on the host: the clock can be set by the "
                 "host's root only\n"},
                {"Network=host\nPublishPort=80:80",
                 "warning web.container:4: PublishPort=: not needed with Network=host, where the container's ports are the host's\n"},
                {"Network=none\nPublishPort=80:80",
                 "warning web.container:4: PublishPort=: nothing can be published with Network=none\n"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(faults); i++)
                assert_complains(faults[i].lines, faults[i].complaint);
}

/* A drop-in can mend what is wrong in the file. */
static void test_what_is_taken_back_is_no_fault(void) {
        assert_loads("PublishPort=99999:80\nPublishPort=\nPublishPort=1", "--publish=1");
        assert_loads("HostName=!!\nHostName=a", "--hostname=a");
        assert_loads("ReadOnly=maybe\nReadOnly=yes", "--read-only");
        assert_loads("Pod=x.pod\nPod=", "");
}

static void test_says_what_to_run(void) {
        g_auto(Loaded) empty = load("HostName=a\n");
        g_assert_cmpstr(empty.text, ==,
                        "error web.container: neither Image= nor Rootfs= says what to run\n");

        g_autoptr(UnitFile) unit = unit_file_new();
        g_autoptr(GPtrArray) problems = problems_new();
        g_autoptr(ContainerSpec) spec = container_spec_new();
        container_load(unit, "/x/web.container", spec, problems);
        g_autofree char *text = problem_print(problems->pdata[0]);
        g_assert_cmpstr(text, ==, "/x/web.container: there is no [Container] section");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/container-load/classes", test_classes);
        g_test_add_func("/container-load/keys-with-a-turn", test_keys_with_a_turn);
        g_test_add_func("/container-load/tells-every-fault-at-once", test_tells_every_fault_at_once);
        g_test_add_func("/container-load/tells-one-fault", test_tells_one_fault);
        g_test_add_func("/container-load/warns", test_warns);
        g_test_add_func("/container-load/what-is-taken-back-is-no-fault",
                        test_what_is_taken_back_is_no_fault);
        g_test_add_func("/container-load/says-what-to-run", test_says_what_to_run);
        return g_test_run();
}
