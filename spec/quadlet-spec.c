/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* [Quadlet]: its table. */

#include "spec/quadlet-spec.h"

/* clang-format off */
static const Key quadlet_keys[] = {
        {"DefaultDependencies", NULL, 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         offsetof(QuadletSpec, default_dependencies), NULL, "nothing here waits for network-online.target by itself, so that no is the rule"},
};
/* clang-format on */

static KeyIndex key_index;

const KeyTable quadlet_key_table = {
        .section = "Quadlet",
        .keys = quadlet_keys,
        .count = G_N_ELEMENTS(quadlet_keys),
        .spec_size = sizeof(QuadletSpec),
        .index = &key_index,
};

static void check(KeyLoad *load) {
        const QuadletSpec *spec = load->spec;

        if (spec->default_dependencies == TRISTATE_YES)
                key_load_report_key(
                        load, PROBLEM_NOTE, "DefaultDependencies",
                        "nothing is added here: a start waits for the network by itself where it needs one");
}

const KeyLoader quadlet_loader = {
        .table = &quadlet_key_table,
        .check = check,
        .is_optional = true,
};
