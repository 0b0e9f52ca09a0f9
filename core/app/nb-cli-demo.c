/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `neighborbid demo seed`: fills an empty database with demo data. */
#include "core/app/nb-cli-commands.h"
#include "core/app/nb-cli-host.h"
#include "core/app/nb-demo.h"

#define MAX_PEOPLE 100000
#define MAX_AUCTIONS 100000
#define DEFAULT_BALANCE 1000000

NbExit
nb_cli_demo_seed (NbInvocation *invocation)
{
  int people = 12;
  int auctions = 24;
  gint64 balance = DEFAULT_BALANCE;
  g_autofree char *type = NULL;
  g_autofree char *tokens = NULL;
  GOptionEntry entries[]
      = { { "people", 0, 0, G_OPTION_ARG_INT, &people, "How many people (12)", "N" },
          { "auctions", 0, 0, G_OPTION_ARG_INT, &auctions, "How many auctions (24)", "N" },
          { "type", 0, 0, G_OPTION_ARG_STRING, &type, "The auctions' type (every running one in turn)", "T" },
          { "balance", 0, 0, G_OPTION_ARG_INT64, &balance, "What each person has to spend (1000000)", "AMOUNT" },
          { "tokens", 0, 0, G_OPTION_ARG_FILENAME, &tokens, "Write a line `id username token` for each person",
            "FILE" },
          { NULL } };
  g_autoptr (NbHost) host = NULL;
  g_autoptr (GError) error = NULL;
  NbDemoReport report;

  if (!nb_invocation_parse (invocation, entries, 0, 0))
    return invocation->exit;
  if (people < 1 || people > MAX_PEOPLE || auctions < 0 || auctions > MAX_AUCTIONS)
    return nb_invocation_refuse (invocation, "--people takes 1 to %d, --auctions 0 to %d", MAX_PEOPLE, MAX_AUCTIONS);
  if (balance != 0 && !nb_money_is_operation (balance))
    return nb_invocation_refuse (invocation, "--balance takes 0 to %" G_GINT64_FORMAT, NB_MONEY_MAX_OPERATION);
  host = nb_invocation_open_host (invocation, NB_STAGE_WRITE);
  if (!host)
    return invocation->exit;
  NbDemoOptions options = { (guint)people, (guint)auctions, type, balance, tokens };
  if (!nb_demo_seed (host, &options, &report, &error))
    {
      nb_invocation_fail (invocation, error);
      return invocation->exit;
    }
  g_print ("%u people (password: %s), %u auctions, %u bids\n", report.people, NB_DEMO_PASSWORD, report.auctions,
           report.bids);
  return NB_EXIT_FINE;
}
