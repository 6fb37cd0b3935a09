/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* inet_pton(3) for programs that link no C library (base/bare-system.c). */

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define V4_SIZE 4
#define V6_SIZE 16

/* Four numbers of base 10, without zeros in front. */
static bool parse_v4(const char *text, uint8_t *bytes) {
        for (int i = 0; i < V4_SIZE; i++) {
                unsigned value = 0;
                const char *digit = text;
                for (; *digit >= '0' && *digit <= '9' && digit - text < 3; digit++)
                        value = value * 10 + (unsigned) (*digit - '0');
                if (digit == text || value > UINT8_MAX || (*text == '0' && digit - text > 1) ||
                    *digit != (i < V4_SIZE - 1 ? '.' : '\0'))
                        return false;
                bytes[i] = (uint8_t) value;
                text = digit + 1;
        }
        return true;
}

static int hex_digit(char c) {
        return c >= '0' && c <= '9'   ? c - '0'
               : c >= 'a' && c <= 'f' ? c - 'a' + 10
               : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                      : -1;
}

/* The text from a group on. TEXT is moved to what is behind it; GAP: where "::" was, in bytes, V6_SIZE: nowhere. */
static bool parse_group(const char **text, uint8_t *bytes, size_t *count, size_t *gap) {
        const char *end = *text;
        unsigned value = 0;

        if (**text == ':') { /* the second of two */
                if (*gap < V6_SIZE)
                        return false;
                *gap = *count;
                (*text)++;
                return true;
        }
        for (; hex_digit(*end) >= 0 && end - *text < 4; end++)
                value = value << 4 | (unsigned) hex_digit(*end);
        if (*end == '.' && *count + V4_SIZE <= V6_SIZE && parse_v4(*text, bytes + *count)) {
                *count += V4_SIZE;
                *text += strlen(*text);
                return true;
        }
        if (end == *text || *count == V6_SIZE || (*end && *end != ':') || (*end == ':' && !end[1]))
                return false;
        bytes[(*count)++] = (uint8_t) (value >> 8);
        bytes[(*count)++] = (uint8_t) value;
        *text = *end ? end + 1 : end;
        return true;
}

static bool parse_v6(const char *text, uint8_t *bytes) {
        size_t count = 0, gap = V6_SIZE;

        if (text[0] == ':' && *++text != ':')
                return false;
        while (*text)
                if (!parse_group(&text, bytes, &count, &gap))
                        return false;
        if (gap == V6_SIZE || count == V6_SIZE)
                return gap == V6_SIZE && count == V6_SIZE;
        memmove(bytes + V6_SIZE - (count - gap), bytes + gap, count - gap);
        memset(bytes + gap, 0, V6_SIZE - count);
        return true;
}

int inet_pton(int family, const char *text, void *address) {
        uint8_t bytes[V6_SIZE] = {0};

        if (family != AF_INET && family != AF_INET6) {
                errno = EAFNOSUPPORT;
                return -1;
        }
        if (!(family == AF_INET ? parse_v4(text, bytes) : parse_v6(text, bytes)))
                return 0;
        memcpy(address, bytes, family == AF_INET ? V4_SIZE : V6_SIZE);
        return 1;
}
