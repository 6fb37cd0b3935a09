/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Text and bytes for programs that link no C library (base/bare-system.c). As short as can be: they have little of both. */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t strlen(const char *text) {
        size_t size = 0;

        while (text[size])
                size++;
        return size;
}

int strncmp(const char *a, const char *b, size_t size) {
        for (; size > 0; a++, b++, size--)
                if (*a != *b || !*a)
                        return (unsigned char) *a - (unsigned char) *b;
        return 0;
}

int strcmp(const char *a, const char *b) {
        return strncmp(a, b, SIZE_MAX);
}

char *strrchr(const char *text, int byte) {
        char *found = NULL;

        for (; *text; text++)
                if (*text == (char) byte)
                        found = (char *) text;
        return found;
}

char *strstr(const char *text, const char *part) {
        for (size_t size = strlen(part); *text; text++)
                if (strncmp(text, part, size) == 0)
                        return (char *) text;
        return NULL;
}

void *memchr(const void *data, int byte, size_t size) {
        for (const unsigned char *c = data; size > 0; c++, size--)
                if (*c == (unsigned char) byte)
                        return (void *) c;
        return NULL;
}

int memcmp(const void *a, const void *b, size_t size) {
        const unsigned char *left = a, *right = b;

        for (; size > 0; left++, right++, size--)
                if (*left != *right)
                        return *left - *right;
        return 0;
}

void *memmove(void *target, const void *source, size_t size) {
        unsigned char *to = target;
        const unsigned char *from = source;

        if (to < from)
                while (size-- > 0)
                        *to++ = *from++;
        else
                while (size-- > 0)
                        to[size] = from[size];
        return target;
}

void *memcpy(void *restrict target, const void *restrict source, size_t size) {
        return memmove(target, source, size);
}

void *memset(void *target, int byte, size_t size) {
        for (unsigned char *to = target; size > 0; size--)
                *to++ = (unsigned char) byte;
        return target;
}

/* Base 10 and 16, no blanks, no signs: our own numbers and the kernel's. */
unsigned long long strtoull(const char *text, char **end, int base) {
        unsigned long long value = 0;

        for (;; text++) {
                int digit = *text >= '0' && *text <= '9'   ? *text - '0'
                            : *text >= 'a' && *text <= 'f' ? *text - 'a' + 10
                                                           : base;
                if (digit >= base)
                        break;
                value = value * (unsigned) base + (unsigned) digit;
        }
        if (end)
                *end = (char *) text;
        return value;
}
