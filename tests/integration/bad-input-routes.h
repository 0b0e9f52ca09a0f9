/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The routes of api.md, and what each takes. */
#pragma once

#include "tests/integration/bad-input-site.h"

G_BEGIN_DECLS

/* Bits: values are marked with the kinds that take them. */
typedef enum
{
  BAD_TEXT = 1 << 0,
  BAD_MONEY = 1 << 1,
  BAD_COUNT = 1 << 2,
  BAD_SEQ = 1 << 3, /* any number from 0 */
  BAD_TIME = 1 << 4,
  BAD_OBJECT = 1 << 5,
  BAD_ANY = 1 << 6, /* optional: null says that it isn't there */
  BAD_FLAG = 1 << 7,
  BAD_LIST = 1 << 8 /* of texts */
} BadKind;

typedef struct
{
  const char *name;
  BadKind kind;
  gboolean is_required;
  const char *good; /* (nullable): as JSON; NULL leaves it out */
  gint64 longest;   /* characters of a text */
} BadField;

typedef struct
{
  const char *name; /* for messages */
  const char *method;
  const char *pattern;
  gboolean is_signed_in;
  gboolean needs_key;
  const BadField *fields; /* (nullable), ends with a NULL name */
} BadRoute;

/* Ends with a NULL method. */
extern const BadRoute bad_routes[];

/* Returns: whether everyone but administrators is refused, whatever they ask */
gboolean bad_route_is_for_admins (const BadRoute *self);
/* Returns: (transfer full): the pattern with @id in place of its parameter */
char *bad_route_make_target (const BadRoute *self, const char *id);
/* Returns: (transfer full): the good body, but @field (nullable) is @value, or left out when @value is NULL */
char *bad_route_make_body (const BadRoute *self, const BadField *field, const char *value);
/* A request that would go through but for its body. */
BadRequest bad_route_make_request (const BadRoute *self, BadSite *site, const char *target, const char *body);

G_END_DECLS
