/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The value grammars in the one shape that the key table needs (KeyCheck). */

#include <glib.h>
#include <stdbool.h>

bool check_absolute(const char *value, GError **error);
bool check_capability(const char *value, GError **error);
bool check_cpus(const char *value, GError **error);
bool check_device(const char *value, GError **error);
bool check_duration(const char *value, GError **error);
bool check_entry(const char *value, GError **error);
bool check_entrypoint(const char *value, GError **error);
bool check_gpus(const char *value, GError **error);
bool check_group(const char *value, GError **error);
bool check_health(const char *value, GError **error);
bool check_health_action(const char *value, GError **error);
bool check_host(const char *value, GError **error);
bool check_host_name(const char *value, GError **error);
bool check_idmap(const char *value, GError **error);
bool check_image(const char *value, GError **error);
bool check_interval(const char *value, GError **error);
bool check_ipc(const char *value, GError **error);
bool check_mode(const char *value, GError **error);
bool check_mount(const char *value, GError **error);
bool check_name_container(const char *value, GError **error);
bool check_name_pod(const char *value, GError **error);
bool check_name_volume(const char *value, GError **error);
bool check_network(const char *value, GError **error);
bool check_number(const char *value, GError **error);
bool check_number_or_none(const char *value, GError **error);
bool check_number_set(const char *value, GError **error);
bool check_oom_score(const char *value, GError **error);
bool check_override(const char *value, GError **error);
bool check_standard_input(const char *value, GError **error);
bool check_own_hosts(const char *value, GError **error);
bool check_own_pid(const char *value, GError **error);
bool check_own_uts(const char *value, GError **error);
bool check_pair(const char *value, GError **error);
bool check_port(const char *value, GError **error);
bool check_pull(const char *value, GError **error);
bool check_secret(const char *value, GError **error);
bool check_signal(const char *value, GError **error);
bool check_label(const char *value, GError **error);
bool check_level(const char *value, GError **error);
bool check_profile(const char *value, GError **error);
bool check_log_option(const char *value, GError **error);
bool check_size(const char *value, GError **error);
bool check_size_or_none(const char *value, GError **error);
bool check_systemd(const char *value, GError **error);
bool check_tmpfs(const char *value, GError **error);
bool check_user(const char *value, GError **error);
bool check_userns(const char *value, GError **error);
bool check_volume(const char *value, GError **error);
