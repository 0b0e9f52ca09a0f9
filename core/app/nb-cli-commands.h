/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions behind the commands, one file each. */
#pragma once

#include "core/app/nb-cli.h"

G_BEGIN_DECLS

NbExit nb_cli_serve (NbInvocation *invocation);
NbExit nb_cli_check (NbInvocation *invocation);
NbExit nb_cli_config_show (NbInvocation *invocation);
NbExit nb_cli_config_defaults (NbInvocation *invocation);
NbExit nb_cli_plugin_list (NbInvocation *invocation);
NbExit nb_cli_plugin_info (NbInvocation *invocation);
NbExit nb_cli_db_status (NbInvocation *invocation);
NbExit nb_cli_db_migrate (NbInvocation *invocation);
NbExit nb_cli_doctor (NbInvocation *invocation);
NbExit nb_cli_user_add (NbInvocation *invocation);
NbExit nb_cli_user_role (NbInvocation *invocation);
NbExit nb_cli_auction_show (NbInvocation *invocation);
NbExit nb_cli_auction_replay (NbInvocation *invocation);
NbExit nb_cli_outbox_list (NbInvocation *invocation);
NbExit nb_cli_outbox_retry (NbInvocation *invocation);
NbExit nb_cli_outbox_drop (NbInvocation *invocation);
NbExit nb_cli_demo_seed (NbInvocation *invocation);
NbExit nb_cli_region_import (NbInvocation *invocation);

G_END_DECLS
