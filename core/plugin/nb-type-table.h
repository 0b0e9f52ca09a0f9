/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Auction types by name. Read from any thread, changed on the main loop. */
#pragma once

#include <neighborbid/neighborbid.h>

G_BEGIN_DECLS

typedef struct _NbTypeTable NbTypeTable;

NbTypeTable *nb_type_table_new (void);
void nb_type_table_free (NbTypeTable *self);
gboolean nb_type_table_add (NbTypeTable *self, const char *owner, const char *name, NbAuctionType *type,
                            GError **error);
/* Returns: (transfer full) (nullable): the type, kept alive by its own reference from here on */
NbAuctionType *nb_type_table_remove (NbTypeTable *self, const char *name);
/* Returns: (transfer full) (nullable) */
NbAuctionType *nb_type_table_ref (NbTypeTable *self, const char *name);
/* Whether nobody may learn before the end who leads, and at which price; of a type that isn't there nobody may */
gboolean nb_type_table_is_sealed (NbTypeTable *self, const char *name);
/* Returns: (transfer full) (nullable): who brought the type */
char *nb_type_table_dup_owner (NbTypeTable *self, const char *name);
/* Returns: (transfer full) (element-type utf8): the names, sorted */
GPtrArray *nb_type_table_list (NbTypeTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbTypeTable, nb_type_table_free)

G_END_DECLS
