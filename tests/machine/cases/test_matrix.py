# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every option of the key table by what a program inside sees of it, and once more as podman's option in PodmanArgs=. The rows
are in matrix/; tests/docs/check-matrix.py finds options without one."""

from matrix import THEMES
from matrix.start import run


def test_words_variables_secrets_and_names_are_as_the_file_says(machine):
    run(machine, "environment", THEMES["environment"])


def test_users_groups_and_maps_are_as_the_file_says(machine):
    run(machine, "identity", THEMES["identity"])


def test_options_without_effect_are_noted_and_others_refused(machine):
    run(machine, "ignored", THEMES["ignored"])


def test_readiness_health_signals_and_logs_are_as_the_file_says(machine):
    run(machine, "life", THEMES["life"])


def test_limits_are_properties_of_the_unit(machine):
    run(machine, "limits", THEMES["limits"])


def test_mounts_hidden_paths_and_devices_are_as_the_file_says(machine):
    try:
        run(machine, "mounts", THEMES["mounts"])
    finally:
        machine.alice("rm -rf ~/.config/cdi")


def test_networks_names_and_ports_are_as_the_file_says(machine):
    run(machine, "network", THEMES["network"])


def test_capabilities_system_calls_and_limits_of_processes_are_as_the_file_says(machine):
    run(machine, "security", THEMES["security"])


def test_volumes_have_the_options_that_the_file_says(machine):
    run(machine, "volumes", THEMES["volumes"])
