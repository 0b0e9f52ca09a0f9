/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A site with a live auction, people with money, and sockets in its room. */
#pragma once

#include "tests/integration/live-site.h"
#include "tests/support/nb-test-socket.h"

G_BEGIN_DECLS

typedef struct
{
  LiveSite site;
  LivePerson *seller;
  LivePerson *minji;
  LivePerson *jisoo;
  char *auction; /* its id: of type `national`, open for an hour, from 10,000 in steps of 1,000 */
} RoomStage;

#define ROOM_BALANCE 100000000

void room_stage_set_up (RoomStage *self, gconstpointer data);
void room_stage_set_up_with (RoomStage *self, NbTestDatabaseKind kind, const char *const *sets);
void room_stage_tear_down (RoomStage *self, gconstpointer data);

/* Signs up and in, with ROOM_BALANCE to spend. */
LivePerson *room_join (RoomStage *self, const char *username);
/* Returns: (transfer full): the id of a new auction that ends in @seconds */
char *room_list (RoomStage *self, const char *type, guint seconds);
/* A socket in the room of @auction; @person: (nullable). Its `hello` is still unread. */
NbTestSocket *room_watch (guint16 port, const char *auction, const LivePerson *person);
/* The same, and takes the `hello`. */
NbTestSocket *room_enter (guint16 port, const char *auction, const LivePerson *person);
/* Sends a bid of @amount under @id. */
void room_send_bid (NbTestSocket *socket, const char *id, gint64 amount);
/* Sends it and waits for its result. Returns: (transfer full): `bid_result`; those of other bids fail the test */
JsonObject *room_bid (NbTestSocket *socket, const char *id, gint64 amount);
/* Returns: the same, of the member `result`, when it was accepted; a refusal fails the test */
JsonObject *room_bid_well (NbTestSocket *socket, const char *id, gint64 amount);
/* The code of the refusal that @bid_result is; NULL when it isn't one. */
const char *room_get_refusal (JsonObject *bid_result);
/* Waits for a state of @seq or above. Fails the test if seq ever falls. Returns: (transfer full): it */
JsonObject *room_await_seq (NbTestSocket *socket, gint64 seq);
/* What the API says of the auction. */
JsonObject *room_get_auction (RoomStage *self, const char *auction);
/* The text of `/readyz?verbose` or `/metrics` of @site. */
char *room_ask_operations (NbTestSite *site, const char *target);
/* The value of a metric without labels. */
double room_get_metric (NbTestSite *site, const char *name);

G_END_DECLS
