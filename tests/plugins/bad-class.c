/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin whose class isn't an NbPlugin. */
#include <neighborbid/neighborbid.h>

G_DECLARE_FINAL_TYPE (BadThing, bad_thing, BAD, THING, GObject)

struct _BadThing
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (BadThing, bad_thing, G_TYPE_OBJECT)

static void
bad_thing_class_init (BadThingClass *klass)
{
}

static void
bad_thing_init (BadThing *self)
{
}

NB_PLUGIN_DEFINE (bad_thing_get_type)
