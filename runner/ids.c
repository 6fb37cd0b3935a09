/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A base by UserNS=, and own maps over it or in its place. */

#include "runner/ids.h"

#include "base/error.h"
#include "base/id-edit.h"
#include "base/id-free.h"
#include "runner/ids-auto.h"
#include "runner/ids-pod.h"
#include "runner/payload-user.h"
#include "spec/value-idmap.h"
#include "spec/value-userns.h"

#include <grp.h>
#include <string.h>
#include <unistd.h>

static GArray *plan_subordinate(const GArray *ranges, guint32 start, guint32 size) {
        GArray *extents = g_array_new(FALSE, FALSE, sizeof(IdExtent)), *all;
        guint32 next = 0;

        all = g_array_new(FALSE, FALSE, sizeof(IdExtent));
        for (guint i = 0; i < ranges->len; i++) {
                const IdRange *range = &g_array_index(ranges, IdRange, i);
                IdExtent extent = {next, range->start, range->count};
                g_array_append_val(all, extent);
                next += range->count;
        }
        (void) id_edit_compose(all, 0, start, size, extents);
        g_array_unref(all);
        return extents;
}

/* Without the user: the subordinate ids alone. */
static IdMap *plan_without_user(const IdOwn *own, guint32 start, guint32 size) {
        IdMap *map = g_new0(IdMap, 1);

        map->users = plan_subordinate(own->users, start, size);
        map->groups = plan_subordinate(own->groups, start, size);
        return map;
}

static bool fail_without_ranges(const UserNamespaceMode *mode, const IdOwn *own, GError **error) {
        g_autofree char *advice = id_free_advise(own->name, own->lacking, ID_FREE_USUAL);
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "UserNS=%s needs subordinate ids. %s; %s adds them",
                    mode->kind == USER_NAMESPACE_KEEP_ID ? "keep-id"
                    : mode->kind == USER_NAMESPACE_AUTO  ? "auto"
                                                         : "nomap",
                    id_own_tell_lack(own->lacking), advice);
}

static bool plan_base(const UserNamespaceMode *mode, const IdOwn *own, const IdsAuto *automatic,
                      IdMap **ret_map, GError **error) {
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(IdRange));
        IdMap *map = NULL;

        switch (mode->kind) {
        case USER_NAMESPACE_DEFAULT:
        case USER_NAMESPACE_HOST:
                *ret_map = id_own_plan_default(own);
                return true;
        case USER_NAMESPACE_SINGLE:
                *ret_map = id_map_plan_default(own->uid, own->gid, none, none);
                return true;
        case USER_NAMESPACE_KEEP_ID:
                if (own->users->len == 0)
                        return fail_without_ranges(mode, own, error);
                map = id_map_plan_keep_id(own->uid, own->gid, mode->has_uid ? mode->uid : own->uid,
                                          mode->has_gid ? mode->gid : own->gid, own->users, own->groups);
                if (mode->has_size) {
                        id_edit_limit(map->users, mode->size);
                        id_edit_limit(map->groups, mode->size);
                }
                id_own_add_granted(own, map);
                break;
        case USER_NAMESPACE_AUTO:
        case USER_NAMESPACE_NOMAP:
                if (own->users->len == 0)
                        return fail_without_ranges(mode, own, error);
                map = mode->kind == USER_NAMESPACE_AUTO
                              ? plan_without_user(own, automatic->start, automatic->size)
                              : plan_without_user(own, 0, G_MAXUINT32);
                break;
        }
        *ret_map = map;
        return true;
}

/* What one mapping shows, on the host. THROUGH: the default map, which says what 0, 1, 2 … stand for. */
static bool resolve(const IdMapping *mapping, const GArray *through, const GArray *ranges, guint32 self,
                    const char *text, GArray *result, GError **error) {
        guint32 found = 0;

        if (!mapping->is_host)
                found = id_edit_compose(through, mapping->inside, mapping->from, mapping->count, result);
        else if (id_map_inside(through, mapping->from) != G_MAXUINT32) {
                IdExtent extent = {mapping->inside, mapping->from, 0};
                while (found < mapping->count &&
                       id_map_inside(through, mapping->from + found) != G_MAXUINT32)
                        found++;
                extent.count = found;
                g_array_append_val(result, extent);
        }
        if (found == mapping->count)
                return true;
        if (mapping->is_host)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "'%s': the id %u of the host is neither yours (%u) nor one of your subordinate ids, which "
                        "/etc/subuid and /etc/subgid list",
                        text, mapping->from + found, self);
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "'%s': %u ids from %u on are more than you have: 0 is yourself, 1 to %" G_GUINT64_FORMAT
                    " are your subordinate ids",
                    text, mapping->count, mapping->from, id_edit_count(through) - 1);
}

typedef struct Maps {
        const ContainerSpec *spec;
        bool is_filled; /* by what is left of the usual ids, as podman-run(1) says of + */
        const IdOwn *own;
        IdMap *base;     /* what UserNS= says */
        IdMap *standard; /* what 0, 1, 2 … stand for */
} Maps;

static bool any_for(const GPtrArray *texts, bool users, bool is_own_key, bool *ret_extends) {
        bool any = false;

        for (guint i = 0; i < texts->len; i++) {
                IdMapping mapping;
                if (!value_idmap_parse(texts->pdata[i], &mapping, NULL))
                        continue;
                bool says = mapping.for_users || mapping.for_groups;
                bool fits = says ? (users ? mapping.for_users : mapping.for_groups) : is_own_key;
                any = any || fits;
                *ret_extends = *ret_extends || (fits && mapping.is_extension);
        }
        return any;
}

/* Whether the other kind has these maps too: nobody said whom they are for, and none goes on top of what UserNS= says. */
static bool are_for_both(const GPtrArray *texts, bool is_filled, bool *ret_extends) {
        bool both = texts->len > 0, extends = false;

        for (guint i = 0; i < texts->len; i++) {
                IdMapping mapping;
                both = both && value_idmap_parse(texts->pdata[i], &mapping, NULL) && !mapping.for_users &&
                       !mapping.for_groups && (is_filled || !mapping.is_extension);
                extends = extends || (both && mapping.is_extension);
        }
        *ret_extends = *ret_extends || (both && extends);
        return both;
}

/* Adds what TEXTS say of this kind of ids. */
static bool add_mappings(const Maps *maps, const GPtrArray *texts, bool users, bool is_own_key,
                         GArray *extents, GError **error) {
        for (guint i = 0; i < texts->len; i++) {
                g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(IdExtent));
                IdMapping mapping;

                if (!value_idmap_parse(texts->pdata[i], &mapping, error))
                        return false;
                bool says = mapping.for_users || mapping.for_groups;
                if (!(says ? (users ? mapping.for_users : mapping.for_groups) : is_own_key))
                        continue;
                if (!resolve(&mapping, users ? maps->standard->users : maps->standard->groups,
                             users ? maps->own->users : maps->own->groups,
                             users ? maps->own->uid : maps->own->gid, texts->pdata[i], found, error))
                        return false;
                for (guint j = 0; j < found->len; j++)
                        id_edit_insert(extents, g_array_index(found, IdExtent, j));
        }
        return true;
}

/* What mappings with + are put on. As with podman-run(1), where no UserNS= says otherwise, they come first, and the container's
 * other ids are what is left of the usual ones, in order; groups that are mapped as they are stay so. */
static void begin(const Maps *maps, bool users, GArray *extents) {
        const GArray *base = users ? maps->base->users : maps->base->groups;

        if (!maps->is_filled)
                g_array_append_vals(extents, base->data, base->len);
        for (guint i = 0; maps->is_filled && !users && i < maps->own->granted->len; i++) {
                gid_t gid = g_array_index(maps->own->granted, gid_t, i);
                IdExtent extent = {gid, gid, 1};
                id_edit_insert(extents, extent);
        }
}

/* One kind of ids. Where only the other kind has maps, those hold for this one too. */
static bool plan_kind(const Maps *maps, bool users, GArray **ret_extents, GError **error) {
        const GPtrArray *own_texts = users ? maps->spec->user_maps : maps->spec->group_maps;
        const GPtrArray *other_texts = users ? maps->spec->group_maps : maps->spec->user_maps;
        const GArray *base = users ? maps->base->users : maps->base->groups;
        bool extends = false;
        bool any = any_for(own_texts, users, true, &extends) | any_for(other_texts, users, false, &extends);
        bool borrows = !any && are_for_both(other_texts, maps->is_filled, &extends);
        g_autoptr(GArray) extents = g_array_new(FALSE, FALSE, sizeof(IdExtent));

        if (!any && !borrows)
                g_array_append_vals(extents, base->data, base->len);
        else if (extends)
                begin(maps, users, extents);
        if (!add_mappings(maps, own_texts, users, true, extents, error) ||
            !add_mappings(maps, other_texts, users, borrows, extents, error))
                return false;
        if (extends && maps->is_filled)
                id_edit_fill(extents, base);
        if (id_map_outside(extents, 0) == G_MAXUINT32)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "The map has no %s 0, and a container is set up by its root: add 0:0:1, or write + in front "
                        "to have the usual ids beside it",
                        users ? "user" : "group");
        *ret_extents = g_steal_pointer(&extents);
        return true;
}

/* UserNS=auto:uidmapping=C:F:N is a mapping on top, too. */
static bool add_auto_mapping(const Maps *maps, const char *text, bool users, GError **error) {
        g_autoptr(GPtrArray) texts = g_ptr_array_new();

        if (!text)
                return true;
        g_ptr_array_add(texts, (void *) text);
        return add_mappings(maps, texts, users, true, users ? maps->base->users : maps->base->groups, error);
}

bool ids_plan(const ContainerSpec *spec, const IdOwn *own, const IdsAuto *automatic, IdMap **ret_map,
              GError **error) {
        g_autoptr(UserNamespaceMode) mode = NULL;
        g_autoptr(IdMap) base = NULL, standard = id_own_plan_default(own), map = g_new0(IdMap, 1);

        if (!value_userns_parse(spec->user_namespace, &mode, error))
                return fail_prefix(error, "UserNS=%s", spec->user_namespace);
        if (!plan_base(mode, own, automatic, &base, error))
                return false;
        Maps maps = {
                .spec = spec,
                .is_filled = mode->kind == USER_NAMESPACE_DEFAULT || mode->kind == USER_NAMESPACE_HOST,
                .own = own,
                .base = base,
                .standard = standard,
        };
        if (!add_auto_mapping(&maps, mode->uid_mapping, true, error) ||
            !add_auto_mapping(&maps, mode->gid_mapping, false, error))
                return fail_prefix(error, "UserNS=%s", spec->user_namespace);
        if (!plan_kind(&maps, true, &map->users, error) || !plan_kind(&maps, false, &map->groups, error))
                return fail_prefix(error, "UIDMap= and GIDMap=");
        *ret_map = g_steal_pointer(&map);
        return true;
}

/* newuidmap looks up the caller, whatever we ask for. */
static bool check_names(const ContainerSpec *spec, GError **error) {
        const char *const names[] = {spec->sub_users, spec->sub_groups};
        g_autofree char *own = id_ranges_user_name(getuid());

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                if (names[i] && *names[i] && !g_str_equal(names[i], own) && geteuid() != 0)
                        return fail(
                                error, WOLFFIA_ERROR_UNSUPPORTED,
                                "%s=%s: newuidmap and newgidmap give a user the ranges of the own name only; add a "
                                "line for %s to %s",
                                i == 0 ? "SubUIDMap" : "SubGIDMap", names[i], own,
                                i == 0 ? "/etc/subuid" : "/etc/subgid");
        return true;
}

/* By the host's NSS, which is out of reach in the container. */
static char **look_up_groups(const GArray *groups) {
        char **names = g_new0(char *, groups->len + 1);

        for (guint i = 0; i < groups->len; i++) {
                gid_t gid = g_array_index(groups, gid_t, i);
                const struct group *entry = getgrgid(gid);
                names[i] = entry ? g_strdup(entry->gr_name) : g_strdup_printf("host-%u", gid);
        }
        return names;
}

/* podman-run(1), --userns=keep-id: the payload runs as the user whose ids are kept, unless the file or the image names one.
 * Of a member of a pod it is the pod that keeps ids, and then it is not so. */
static bool choose_user(Run *run, const IdOwn *own, GError **error) {
        g_autoptr(UserNamespaceMode) mode = NULL;
        const char *chosen = payload_user_chosen(run);

        if ((chosen && *chosen) || run->spec->pod || !run->spec->user_namespace)
                return true;
        if (!value_userns_parse(run->spec->user_namespace, &mode, error))
                return fail_prefix(error, "UserNS=%s", run->spec->user_namespace);
        if (mode->kind == USER_NAMESPACE_KEEP_ID) {
                g_free(run->spec->user);
                run->spec->user = g_strdup_printf("%u:%u", mode->has_uid ? mode->uid : own->uid,
                                                  mode->has_gid ? mode->gid : own->gid);
        }
        return true;
}

bool ids_choose(Run *run, GError **error) {
        const ContainerSpec *spec = run->spec;
        g_autoptr(IdOwn) own = NULL;
        IdsAuto automatic = {0, 0};

        if (!check_names(spec, error) || !id_own_load(spec->sub_users, spec->sub_groups, &own, error))
                return false;
        if (spec->user_namespace && g_str_has_prefix(spec->user_namespace, "auto") &&
            !ids_auto_take(run, own, &automatic, &run->ids_fd, error))
                return false;
        if (!ids_pod_find(run, &run->map, error) ||
            (!run->map && !ids_plan(spec, own, &automatic, &run->map, error)) ||
            !choose_user(run, own, error))
                return false;
        run->lacking_ids = own->lacking;
        run->has_user = id_map_inside(run->map->users, own->uid) != G_MAXUINT32 &&
                        id_map_inside(run->map->groups, own->gid) != G_MAXUINT32;
        run->granted = g_array_ref(own->granted);
        run->granted_names = look_up_groups(own->granted);
        run->uid = own->uid;
        run->user_name = g_strdup(own->name);
        run->map_key = id_map_key(run->map);
        return true;
}
