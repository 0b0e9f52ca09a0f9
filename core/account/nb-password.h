/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Passwords: what is allowed, and Argon2id. The functions that hash take tens of milliseconds and 64 MiB. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NB_PASSWORD_MIN_CHARACTERS 8
#define NB_PASSWORD_MAX_CHARACTERS 256

/* In NFC, so that the same keys give the same password on every device. Returns: (transfer full) (nullable): NULL when
 * @password is too long or no UTF-8; free with nb_password_wipe() */
char *nb_password_normalize (const char *password);
/* @username: (nullable). Returns: FALSE with `validation_failed` for one that is too short, too long or too common */
gboolean nb_password_check (const char *password, const char *username, GError **error);
gboolean nb_password_is_common (const char *password);

/* Both take a normalised password. */
char *nb_password_hash (const char *password, GError **error);
/* @hash: (nullable): for NULL, or what is no hash, it takes as long and answers FALSE */
gboolean nb_password_verify (const char *password, const char *hash);
void nb_password_wipe (char *password);

/* (array zero-terminated=1): in lower case */
extern const char *const nb_common_passwords[];

G_END_DECLS
