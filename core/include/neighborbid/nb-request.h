/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An HTTP request as a handler sees it, and the ways to answer it. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <neighborbid/nb-error.h>

G_BEGIN_DECLS

#define NB_TYPE_REQUEST (nb_request_get_type ())
NB_PUBLIC G_DECLARE_FINAL_TYPE (NbRequest, nb_request, NB, REQUEST, GObject)

/**
 * NbHandler:
 * @request: the request; keep a reference for as long as the answer is not given
 * @user_data: from the route
 *
 * Answers @request, now or later, exactly once, on the main loop.
 *
 * Since: 1.0
 */
typedef void (*NbHandler) (NbRequest *request, gpointer user_data);

/**
 * NbRouteFlags:
 * @NB_ROUTE_SIGNED_IN: only for someone signed in; a page redirects to the sign-in page and comes back
 * @NB_ROUTE_ADMIN: only for someone with the role `admin`
 * @NB_ROUTE_PAGE: answers people: errors are pages, a form's error comes back as a page
 * @NB_ROUTE_NEEDS_KEY: an `Idempotency-Key` (or the form field `idempotency_key`) is required
 * @NB_ROUTE_NO_SESSION: anonymous by nature (static files, health): no session is looked up
 * @NB_ROUTE_SIGN_IN: counted against the limits for signing in instead of the one for writes
 * @NB_ROUTE_SIGN_UP: counted against the limit for signing up
 *
 * Every method but GET and HEAD needs the CSRF token when the session came by cookie, and counts as a write.
 *
 * Since: 1.0
 */
typedef enum
{
  NB_ROUTE_DEFAULT = 0,
  NB_ROUTE_SIGNED_IN = 1 << 0,
  NB_ROUTE_ADMIN = 1 << 1,
  NB_ROUTE_PAGE = 1 << 2,
  NB_ROUTE_NEEDS_KEY = 1 << 3,
  NB_ROUTE_NO_SESSION = 1 << 4,
  NB_ROUTE_SIGN_IN = 1 << 5,
  NB_ROUTE_SIGN_UP = 1 << 6
} NbRouteFlags;

/** NbFieldKind: what a field of a body must be. From a form, numbers may carry commas and a box that is ticked is `1`, `on` or `true`. */
typedef enum
{
  NB_FIELD_TEXT, /* minimum and maximum count characters; valid UTF-8 without control characters but newline and tab */
  NB_FIELD_MONEY, /* integer, 1 to NB_MONEY_MAX_OPERATION unless narrower */
  NB_FIELD_INT,
  NB_FIELD_BOOL,
  NB_FIELD_TIME, /* RFC 3339, or a form's local date and time in KST; given on as microseconds since the epoch */
  NB_FIELD_OBJECT, /* a JSON object; from a form: the fields `name.key`, as texts */
  /* a JSON array of texts of 1 to 128 characters, 0 to 100 of them unless narrower; from a form: the fields of that name,
   * once or more, without the empty ones: so a form can send an empty list by a hidden field */
  NB_FIELD_LIST,
  /* as NB_FIELD_OBJECT; a JSON null is given on, where it says something else than leaving the field out */
  NB_FIELD_OBJECT_OR_NULL
} NbFieldKind;

/** NbField: one field that a body may have. With @minimum = @maximum = 0 the kind's own bounds hold. */
typedef struct
{
  const char *name;
  NbFieldKind kind;
  gboolean is_required;
  gint64 minimum;
  gint64 maximum;
} NbField;

/** nb_request_get_method: Returns: (transfer none): such as `POST` */
NB_PUBLIC const char *nb_request_get_method (NbRequest *self);
/** nb_request_get_path: Returns: (transfer none): decoded, without the query */
NB_PUBLIC const char *nb_request_get_path (NbRequest *self);
/** nb_request_get_param: Returns: (transfer none): the route's parameter @name, decoded; never %NULL for a name in the pattern */
NB_PUBLIC const char *nb_request_get_param (NbRequest *self, const char *name);
/** nb_request_get_param_id: Returns: the parameter @name of kind `{name:id}` */
NB_PUBLIC gint64 nb_request_get_param_id (NbRequest *self, const char *name);
/** nb_request_get_query: Returns: (transfer none) (nullable): the query parameter @name, decoded, at most 512 bytes of valid UTF-8 */
NB_PUBLIC const char *nb_request_get_query (NbRequest *self, const char *name);
/** nb_request_get_person: Returns: who asks; 0 when signed out */
NB_PUBLIC gint64 nb_request_get_person (NbRequest *self);
NB_PUBLIC const char *nb_request_get_nickname (NbRequest *self);
NB_PUBLIC const char *nb_request_get_region (NbRequest *self);
NB_PUBLIC gboolean nb_request_has_role (NbRequest *self, const char *role);
/** nb_request_get_language: Returns: (transfer none): `ko` or `en` */
NB_PUBLIC const char *nb_request_get_language (NbRequest *self);
/** nb_request_get_csrf_token: Returns: (transfer none): for forms; empty when signed out */
NB_PUBLIC const char *nb_request_get_csrf_token (NbRequest *self);
/** nb_request_get_idempotency_key: Returns: (transfer none) (nullable): 1 to 128 visible ASCII characters, already checked */
NB_PUBLIC const char *nb_request_get_idempotency_key (NbRequest *self);
/** nb_request_is_form: Returns: whether the body came from a form, so that the answer is a redirect or a page */
NB_PUBLIC gboolean nb_request_is_form (NbRequest *self);
/** nb_request_gettext: Returns: (transfer none): @msgid in the reader's language */
NB_PUBLIC const char *nb_request_gettext (NbRequest *self, const char *msgid);

/**
 * nb_request_read_body:
 * @self: a request
 * @fields: (array length=n_fields): every field that is allowed
 * @n_fields: how many
 * @error: `malformed_json`, `unsupported_media_type`, or `validation_failed` that names the field and what would be right
 *
 * Reads and checks a JSON object or a form. Unknown and repeated fields are refused, lists aside (`csrf_token` and
 * `idempotency_key` of a form are taken out before).
 *
 * Returns: (transfer full) (nullable): the fields that were there, as integers, texts, booleans, objects and arrays
 * Since: 1.0
 */
NB_PUBLIC JsonObject *nb_request_read_body (NbRequest *self, const NbField *fields, gsize n_fields, GError **error);

/** nb_request_respond_json: @object: (transfer full): gets `server_time` */
NB_PUBLIC void nb_request_respond_json (NbRequest *self, guint status, JsonObject *object);
/** nb_request_respond_error: answers problem+json, or a page on a route for people. Does not take @error */
NB_PUBLIC void nb_request_respond_error (NbRequest *self, const GError *error);
/** nb_request_respond_page: renders @template (such as `wallet.mustache`, searched in the plugin's templates, then the host's) in the site's layout; @model: (transfer full) */
NB_PUBLIC void nb_request_respond_page (NbRequest *self, guint status, const char *template_name, JsonObject *model);
/** nb_request_respond_bytes: any other content; @content_type such as `text/csv; charset=utf-8` */
NB_PUBLIC void nb_request_respond_bytes (NbRequest *self, guint status, const char *content_type, GBytes *bytes);
/** nb_request_respond_empty: an answer without a body, such as 204 */
NB_PUBLIC void nb_request_respond_empty (NbRequest *self, guint status);
/** nb_request_redirect: 303 to @location, a path on this site */
NB_PUBLIC void nb_request_redirect (NbRequest *self, const char *location);
/** nb_request_set_header: adds a header to the answer, before it is given; CR and LF are a programmer's fault */
NB_PUBLIC void nb_request_set_header (NbRequest *self, const char *name, const char *value);
/** nb_request_flash: shows @message (in the reader's language) once, on the next page of this browser */
NB_PUBLIC void nb_request_flash (NbRequest *self, const char *message);
/** nb_time_to_json: Returns: (transfer full): RFC 3339 in UTC with milliseconds; @at in microseconds since the epoch */
NB_PUBLIC char *nb_time_to_json (gint64 at);

G_END_DECLS
