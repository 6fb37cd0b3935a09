/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The parts of `wolffia check`: what a unit file says that only a start would find out, and how it is told. */

#include "generator/translation.h"
#include "image/store.h"
#include "spec/value-port.h"

#include <glib.h>
#include <stdbool.h>

/* A port of the host that a unit publishes. */
typedef struct CheckPort {
        char *service;
        char *text; /* as it was written */
        PortMapping *mapping;
} CheckPort;

/* A port of the host that a program listens on now. */
typedef struct CheckListener {
        char *address; /* "0.0.0.0", "::1" */
        guint port;
        int protocol; /* PortProtocol */
        unsigned uid;
        guint64 inode; /* of the socket */
} CheckListener;

/* A unit that was made. */
typedef struct CheckUnit {
        char *path; /* of the source file */
        char *service;
        char *text;
        bool is_broken; /* it would fail, now or at its start */
} CheckUnit;

/* What was found in a file. */
typedef struct CheckFinding {
        char *service; /* NULL: none is made */
        Problem *problem;
} CheckFinding;

typedef struct Check {
        ImageStore *store; /* NULL: it cannot be opened, which is told by what needs it */
        char *network;     /* where a container names none; NULL: pasta */
        GArray *ports;     /* of CheckPort: those of all units of the user's */
        GArray *listeners; /* of CheckListener: those of the host */
        GArray *units;     /* of CheckUnit */
        GArray *findings;  /* of CheckFinding */
        bool is_quiet;     /* findings are kept, not printed */
        bool prints_units;
} Check;

/* What can be known now of a start: files and folders of the host, images, secrets. Adds to the translation's problems. */
void check_start(const Check *check, Translation *translation);

/* Addresses of a .network file that do not go together, or that the host has too. */
void check_subnet(Translation *translation);

/* Keeps the ports of TRANSLATION. */
void check_ports_note(Check *check, const Translation *translation);

/* Ports that cannot be bound, since they are below the floor, said twice, or another unit of the user's has them; those that a
 * program listens on now are a note. */
void check_ports(const Check *check, Translation *translation);

/* All ports of the host that are taken. Caller unrefs. */
GArray *check_listeners_read(void);

/* Whose the socket is, "nginx (process 42)"; NULL when it is that of SERVICE itself. Caller frees. */
char *check_listener_tell(const CheckListener *listener, const char *service);

/* The value with those specifiers expanded that are known now; NULL when it has others, or variables. Caller frees. */
char *check_expand(const Translation *translation, const char *value);

/* The value of a specifier of systemd.unit(5) in the unit SERVICE; NULL when it is not known before that runs. Caller
 * frees. */
char *check_specifier(const char *service, char letter);

/* Lets systemd-analyze(1) read all units; what it says is added to the findings. False when it cannot be run. */
bool check_verify(Check *check, GError **error);

/* Everything as one JSON object on standard output. */
void check_print_json(const Check *check);

/* Keeps a copy of PROBLEM, and prints it to standard error unless the check is quiet. */
void check_add_finding(Check *check, const Problem *problem, const char *service);
