/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From a .network file to addresses and rules. */

#include "network/holder-plan.h"

#include "base/error.h"

static void add(GPtrArray *list, const char *text) {
        if (text)
                g_ptr_array_add(list, g_strdup(text));
}

static NetworkState *plan(const char *subnet, const char *gateway, const char *option, Tristate ipv6,
                          GError **error) {
        g_autoptr(NetworkSpec) spec = network_spec_new();
        g_autoptr(GArray) taken = g_array_new(FALSE, FALSE, sizeof(Subnet));
        NetworkState *state = NULL;

        spec->name = g_strdup("app");
        spec->ipv6 = ipv6;
        add(spec->subnets, subnet);
        add(spec->gateways, gateway);
        add(spec->options, option);
        (void) holder_plan(spec, taken, &state, error);
        return state;
}

static void assert_plan(NetworkState *planned, const char *subnet, const char *gateway,
                        const char *subnet6) {
        g_autoptr(NetworkState) state = planned;

        g_assert_nonnull(state);
        g_autofree char *v4 = subnet_print(&state->subnets[REGISTRY_V4]);
        g_autofree char *v6 = subnet_print(&state->subnets[REGISTRY_V6]);
        g_autofree char *way = subnet_print_address(&state->gateways[REGISTRY_V4]);
        g_assert_cmpstr(v4, ==, subnet);
        g_assert_cmpstr(way, ==, gateway);
        if (subnet6)
                g_assert_cmpstr(v6, ==, subnet6);
        else
                g_assert_true(g_str_has_prefix(v6, "fd"));
}

static void plan_fills_in_what_nobody_asked_for(void) {
        assert_plan(plan(NULL, NULL, NULL, TRISTATE_UNSET, NULL), "10.89.0.0/24", "10.89.0.1", "");
        assert_plan(plan(NULL, NULL, NULL, TRISTATE_YES, NULL), "10.89.0.0/24", "10.89.0.1", NULL);
        assert_plan(plan("10.5.0.0/16", NULL, NULL, TRISTATE_UNSET, NULL), "10.5.0.0/16", "10.5.0.1", "");
        assert_plan(plan("10.5.0.0/16", "10.5.9.9", NULL, TRISTATE_UNSET, NULL), "10.5.0.0/16", "10.5.9.9",
                    "");
        assert_plan(plan("fd00:5::/64", NULL, NULL, TRISTATE_UNSET, NULL), "", "", "fd00:5::/64");
}

static void assert_refused(const char *subnet, const char *gateway, const char *option, const char *words) {
        g_autoptr(GError) error = NULL;

        g_assert_null(plan(subnet, gateway, option, TRISTATE_UNSET, &error));
        g_assert_nonnull(error);
        g_assert_nonnull(strstr(error->message, words));
}

static void plan_refuses_what_does_not_fit(void) {
        assert_refused("10.5.0.0/24", "10.6.0.1", NULL, "Gateway=10.6.0.1: it is not in Subnet=10.5.0.0/24");
        assert_refused("10.5.0.0/24", "10.5.0.255", NULL, "the first or the last address");
        assert_refused("10.5.0.0/31", NULL, NULL, "no room");
        assert_refused(NULL, NULL, "mtu=9", "1280 to 65535");
}

static void assert_range_is_refused(const char *range) {
        g_autoptr(NetworkSpec) spec = network_spec_new();
        g_autoptr(GArray) taken = g_array_new(FALSE, FALSE, sizeof(Subnet));
        g_autoptr(NetworkState) state = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *expected =
                g_strdup_printf("IPRange=%s: it is not within Subnet=10.5.0.0/24", range);

        spec->name = g_strdup("app");
        add(spec->subnets, "10.5.0.0/24");
        add(spec->ranges, range);
        g_assert_false(holder_plan(spec, taken, &state, &error));
        g_assert_cmpstr(error->message, ==, expected);
}

static void plan_refuses_a_range_of_another_subnet(void) {
        assert_range_is_refused("10.6.0.0/25");
        assert_range_is_refused("10.4.255.0-10.5.0.9");
        assert_range_is_refused("10.5.0.9-10.5.1.9");
}

static void overlaps_are_told(void) {
        g_autoptr(NetworkState) state = plan("10.5.0.0/24", NULL, NULL, TRISTATE_UNSET, NULL);
        g_autoptr(GArray) taken = g_array_new(FALSE, FALSE, sizeof(Subnet));
        Subnet apart, larger;

        g_assert_true(subnet_parse("10.6.0.0/24", &apart, NULL) &&
                      subnet_parse("10.4.0.0/14", &larger, NULL));
        g_array_append_val(taken, apart);
        g_assert_null(holder_plan_find_overlap(state, REGISTRY_V4, taken));
        g_array_append_val(taken, larger);
        g_autofree char *text = holder_plan_find_overlap(state, REGISTRY_V4, taken);
        g_assert_nonnull(strstr(text, "(10.4.0.0/14)"));
        g_assert_null(holder_plan_find_overlap(state, REGISTRY_V6, taken));
}

static void rules_let_out_what_is_not_internal(void) {
        g_autoptr(NetworkState) state = plan(NULL, NULL, NULL, TRISTATE_UNSET, NULL);
        g_autofree char *open = holder_plan_rules(state, "out", 7);

        g_assert_nonnull(strstr(open, "oifname \"out\" masquerade"));
        g_assert_nonnull(strstr(open, "socket transparent 1 meta mark set 7"));
        state->is_internal = true;
        g_autofree char *closed = holder_plan_rules(state, "out", 7);
        g_assert_null(strstr(closed, "masquerade"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/holder-plan/fills-in-what-nobody-asked-for", plan_fills_in_what_nobody_asked_for);
        g_test_add_func("/holder-plan/refuses-what-does-not-fit", plan_refuses_what_does_not_fit);
        g_test_add_func("/holder-plan/refuses-a-range-of-another-subnet",
                        plan_refuses_a_range_of_another_subnet);
        g_test_add_func("/holder-plan/overlaps-are-told", overlaps_are_told);
        g_test_add_func("/holder-plan/rules/let-out-what-is-not-internal",
                        rules_let_out_what_is_not_internal);
        return g_test_run();
}
