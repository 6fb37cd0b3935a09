/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The payload is a child of this test. */

#include "runner/state.h"

#include "base/error.h"
#include "spec/value-port.h"
#include "tests/lib/scratch.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Payload {
        ContainerSpec *spec;
        Run run;
} Payload;

static pid_t start_sleeper(void) {
        pid_t pid = fork();

        g_assert_cmpint(pid, >=, 0);
        if (pid == 0) {
                pause();
                _exit(0);
        }
        return pid;
}

static void end(pid_t pid) {
        g_assert_cmpint(kill(pid, SIGKILL), ==, 0);
        g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
}

static void open_payload(Payload *payload, const Scratch *scratch) {
        PortMapping *port;

        payload->spec = container_spec_new();
        payload->spec->name = g_strdup("web");
        payload->spec->unit = g_strdup("web.service");
        payload->spec->image = g_strdup("localhost/with; odd = name\\");
        payload->run = (Run){.spec = payload->spec, .network = NETWORK_INITIAL, .child = start_sleeper()};
        payload->run.network.kind = NETWORK_PASTA;
        payload->run.network.ports = g_ptr_array_new_with_free_func((GDestroyNotify) port_mapping_free);
        g_assert_true(value_port_parse("8080:80", &port, NULL));
        g_ptr_array_add(payload->run.network.ports, port);
        payload->run.session.container_dir = g_strdup(scratch->path);

        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(IdRange));
        payload->run.map = id_map_plan_default(1000, 1000, none, none);
}

static void close_payload(Payload *payload) {
        id_map_free(payload->run.map);
        session_clear(&payload->run.session);
        network_clear(&payload->run.network);
        container_spec_free(payload->spec);
}

static void what_is_written_is_read(Scratch *scratch, gconstpointer data) {
        g_autoptr(ContainerState) state = NULL;
        g_autoptr(GError) error = NULL;
        Payload payload;

        open_payload(&payload, scratch);
        g_assert_true(state_write(&payload.run, &error));
        g_assert_no_error(error);
        g_assert_true(state_load(scratch->path, &state, &error));
        g_assert_no_error(error);

        g_assert_cmpstr(state->name, ==, "web");
        g_assert_cmpstr(state->unit, ==, "web.service");
        g_assert_cmpstr(state->image, ==, payload.spec->image);
        g_assert_cmpstr(state->digest, ==, "");
        g_assert_cmpint(state->supervisor, ==, getpid());
        g_assert_cmpint(state->payload, ==, payload.run.child);
        g_assert_true(g_str_has_prefix(state->cgroup, "/"));
        g_assert_cmpstr(state->network, ==, "pasta");
        g_assert_cmpstr(state->ports[0], ==, "8080:80/tcp");
        g_assert_null(state->ports[1]);
        g_assert_true(g_strv_contains((const char *const *) state->namespaces, "net"));
        g_assert_cmpstr(state->users[0], ==, "0 1000 1");
        g_assert_cmpstr(state->log_driver, ==, "journald");
        g_assert_cmpint(ABS(g_get_real_time() - state->start_usec), <, 60 * G_USEC_PER_SEC);
        end(payload.run.child);
        close_payload(&payload);
}

static void the_hosts_network_is_not_its_own(Scratch *scratch, gconstpointer data) {
        g_autoptr(ContainerState) state = NULL;
        Payload payload;

        open_payload(&payload, scratch);
        payload.run.network.kind = NETWORK_HOST;
        g_assert_true(state_write(&payload.run, NULL));
        g_assert_true(state_load(scratch->path, &state, NULL));
        g_assert_false(g_strv_contains((const char *const *) state->namespaces, "net"));
        g_assert_true(g_strv_contains((const char *const *) state->namespaces, "user"));
        end(payload.run.child);
        close_payload(&payload);
}

static void it_lives_as_long_as_the_payload(Scratch *scratch, gconstpointer data) {
        g_autoptr(ContainerState) state = NULL;
        Payload payload;

        open_payload(&payload, scratch);
        g_assert_true(state_write(&payload.run, NULL));
        g_assert_true(state_load(scratch->path, &state, NULL));
        g_assert_true(state_is_alive(state));
        /* The same number, used again by another process. */
        state->payload_time++;
        g_assert_false(state_is_alive(state));
        state->payload_time--;
        end(payload.run.child);
        g_assert_false(state_is_alive(state));
        close_payload(&payload);
}

static void a_folder_without_one_says_so(Scratch *scratch, gconstpointer data) {
        g_autoptr(ContainerState) state = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_false(state_load(scratch->path, &state, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND);
        g_clear_error(&error);
        scratch_write(scratch, "state", "no key file");
        g_assert_false(state_load(scratch->path, &state, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_SYNTAX);
        g_clear_error(&error);
        /* Of a version that knew less: nothing that runs. */
        scratch_write(scratch, "state", "[Container]\nName=x\n");
        g_assert_true(state_load(scratch->path, &state, &error));
        g_assert_false(state_is_alive(state));
        g_assert_cmpstr(state->ports[0], ==, NULL);
}

static void pods_and_joined_networks_are_told(Scratch *scratch, gconstpointer data) {
        g_autoptr(ContainerState) state = NULL;
        g_autoptr(GError) error = NULL;
        Payload payload = {0};

        (void) data;
        open_payload(&payload, scratch);
        payload.spec->pod = g_strdup("app");
        payload.run.peer_name = (char *) "app";
        (void) state_write(&payload.run, &error);
        g_assert_no_error(error);
        (void) state_load(scratch->path, &state, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(state->joined, ==, "app");
        g_assert_true(state->has_joined_pod);
        g_assert_false(state->is_pod);
        end(payload.run.child);
        close_payload(&payload);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/state/load/reads-what-was-written", what_is_written_is_read);
        scratch_test_add("/state/write/leaves-out-the-hosts-network", the_hosts_network_is_not_its_own);
        scratch_test_add("/state/is-alive/as-long-as-the-payload", it_lives_as_long_as_the_payload);
        scratch_test_add("/state/load/names-what-is-missing", a_folder_without_one_says_so);
        scratch_test_add("/state/write/tells-what-is-joined", pods_and_joined_networks_are_told);
        return g_test_run();
}
