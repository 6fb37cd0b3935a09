/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* MESSAGE_ID= values. Each has an entry in units/wolffia.catalog that says what to do; a test compares the
 * two. */

/* A unit file cannot be translated. */
#define MESSAGE_SOURCE_REJECTED "5b9c0e4f6d5e4f0c8a61d0f5a3a4c201"
/* It is translated, but something in it was changed or has no effect. */
#define MESSAGE_SOURCE_NOTED "5b9c0e4f6d5e4f0c8a61d0f5a3a4c202"
/* The runner could not start the container. */
#define MESSAGE_START_FAILED "5b9c0e4f6d5e4f0c8a61d0f5a3a4c203"
/* It is started, but this host cannot give all that was asked. */
#define MESSAGE_HOST_DEGRADED "5b9c0e4f6d5e4f0c8a61d0f5a3a4c204"
/* pasta or another helper ended while the container runs. */
#define MESSAGE_HELPER_DIED "5b9c0e4f6d5e4f0c8a61d0f5a3a4c205"
/* Health checks have changed their opinion of a container. */
#define MESSAGE_UNHEALTHY "5b9c0e4f6d5e4f0c8a61d0f5a3a4c206"
#define MESSAGE_HEALTHY   "5b9c0e4f6d5e4f0c8a61d0f5a3a4c207"
