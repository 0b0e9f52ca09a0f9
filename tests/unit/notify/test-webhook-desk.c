/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of webhooks are few: of one person in a minute, and of all people at a time. */
#include "plugins/notify/nb-webhook-desk.h"

#define AT_A_TIME 8

/* Returns: the error's code, or -1 */
static int
take (NbWebhookDesk *desk, gint64 person)
{
  g_autoptr (GError) error = NULL;

  if (nb_webhook_desk_take_test (desk, person, &error))
    return -1;
  g_assert_cmpuint (nb_error_get_retry_after (error), >, 0);
  return (int)nb_error_get_code (error);
}

static void
test_of_one_person (void)
{
  g_autoptr (NbWebhookDesk) desk = nb_webhook_desk_new ();

  for (guint i = 0; i < NB_WEBHOOK_TESTS_PER_MINUTE; i++)
    {
      g_assert_cmpint (take (desk, 1), ==, -1);
      nb_webhook_desk_end_test (desk);
    }
  g_assert_cmpint (take (desk, 1), ==, NB_ERROR_RATE_LIMITED);
  g_assert_cmpint (take (desk, 2), ==, -1);
}

static void
test_at_a_time (void)
{
  g_autoptr (NbWebhookDesk) desk = nb_webhook_desk_new ();

  for (gint64 person = 1; person <= AT_A_TIME; person++)
    g_assert_cmpint (take (desk, person), ==, -1);
  g_assert_cmpint (take (desk, AT_A_TIME + 1), ==, NB_ERROR_RATE_LIMITED);
  nb_webhook_desk_end_test (desk);
  g_assert_cmpint (take (desk, AT_A_TIME + 1), ==, -1);
  g_assert_cmpint (take (desk, AT_A_TIME + 2), ==, NB_ERROR_RATE_LIMITED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/notify/webhook-desk/tests-of-one-person", test_of_one_person);
  g_test_add_func ("/notify/webhook-desk/tests-at-a-time", test_at_a_time);
  return g_test_run ();
}
