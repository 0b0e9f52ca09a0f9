/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions behind the commands, one file each. */
#pragma once

#include "core/app/nb-command.h"

G_BEGIN_DECLS

NbExit nb_command_serve (NbInvocation *invocation);
NbExit nb_command_check (NbInvocation *invocation);
NbExit nb_command_config_show (NbInvocation *invocation);
NbExit nb_command_config_defaults (NbInvocation *invocation);
NbExit nb_command_plugin_list (NbInvocation *invocation);
NbExit nb_command_plugin_info (NbInvocation *invocation);
NbExit nb_command_db_status (NbInvocation *invocation);
NbExit nb_command_db_migrate (NbInvocation *invocation);
NbExit nb_command_doctor (NbInvocation *invocation);
NbExit nb_command_user_add (NbInvocation *invocation);
NbExit nb_command_user_role (NbInvocation *invocation);
NbExit nb_command_auction_show (NbInvocation *invocation);
NbExit nb_command_auction_replay (NbInvocation *invocation);
NbExit nb_command_demo_seed (NbInvocation *invocation);
NbExit nb_command_region_import (NbInvocation *invocation);

G_END_DECLS
