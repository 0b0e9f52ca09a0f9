/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of a request as raw bytes: strict framing, before any other parser sees it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The most bytes of a request line with its headers, and the most headers. */
#define NB_HEAD_MAX_BYTES 16384
#define NB_HEAD_MAX_FIELDS 100

typedef enum
{
  NB_HEAD_MORE, /* not complete yet */
  NB_HEAD_COMPLETE,
  NB_HEAD_BAD, /* malformed, or of a shape that two parsers could read differently */
  NB_HEAD_TOO_LARGE,
  NB_HEAD_LENGTH_REQUIRED /* a body of unknown length */
} NbHeadState;

typedef struct
{
  gsize size;    /* bytes of the head with its empty line */
  gsize scanned; /* for nb_head_scan(); 0 at first */
  guint64 body_length;
  gboolean has_host;
  gsize expect_offset; /* where the field `Expect: 100-continue` begins; 0: there is none */
} NbHead;

/* Looks whether the @length bytes at @data hold a whole head, and checks it if so. Called again with more bytes, it
 * goes on where it stopped. @why: (out): an English reason for a refusal, a string literal. */
NbHeadState nb_head_scan (NbHead *self, const char *data, gsize length, const char **why);

G_END_DECLS
