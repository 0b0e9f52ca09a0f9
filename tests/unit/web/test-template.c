/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the template language does, rule by rule. */
#include "core/web/nb-template.h"

#include <string.h>

/* A template, a model and partials (name, text, … ) with what must come out. */
typedef struct
{
  const char *path;
  const char *source;
  const char *model;
  const char *expected;
  const char *partials[7];
} Case;

static const Case cases[] = {
  /* Comments */
  { "comment/inline", "one{{! nothing to see }}two", "{}", "onetwo", { NULL } },
  { "comment/many-lines", "one{{! first\n second }}\ntwo\n", "{}", "one\ntwo\n", { NULL } },
  { "comment/own-line-vanishes", "a\n{{! gone }}\nb\n", "{}", "a\nb\n", { NULL } },
  { "comment/indented-own-line-vanishes", "a\n   {{! gone }}  \nb\n", "{}", "a\nb\n", { NULL } },
  { "comment/crlf-own-line-vanishes", "a\r\n{{! gone }}\r\nb", "{}", "a\r\nb", { NULL } },
  { "comment/first-line-vanishes", "  {{! gone }}\nb", "{}", "b", { NULL } },
  { "comment/last-line-vanishes", "a\n  {{! gone }}", "{}", "a\n", { NULL } },
  { "comment/many-own-lines-vanish", "a\n{{!\n x\n}}\nb\n", "{}", "a\nb\n", { NULL } },
  { "comment/beside-text-keeps-blanks", "  x {{! gone }}\n", "{}", "  x \n", { NULL } },
  { "comment/is-not-a-name", "[{{! n }}]", "{\"! n\":1,\"n\":2}", "[]", { NULL } },

  /* Values */
  { "value/plain-text", "No tags { here }\n", "{}", "No tags { here }\n", { NULL } },
  { "value/text", "Hi {{who}}!", "{\"who\":\"민지\"}", "Hi 민지!", { NULL } },
  { "value/is-not-read-again", "{{a}}/{{b}}", "{\"a\":\"{{b}}\",\"b\":\"x\"}", "{{b}}/x", { NULL } },
  { "value/escaped", "{{v}}", "{\"v\":\"<a href='x'>\\\"&\"}", "&lt;a href=&#39;x&#39;&gt;&quot;&amp;", { NULL } },
  { "value/raw-by-braces", "{{{v}}}", "{\"v\":\"<b>&\\\"\"}", "<b>&\"", { NULL } },
  { "value/raw-by-ampersand", "{{&v}}", "{\"v\":\"<b>&\\\"\"}", "<b>&\"", { NULL } },
  { "value/integer", "{{v}} {{{v}}} {{&v}}", "{\"v\":85}", "85 85 85", { NULL } },
  { "value/large-integer", "{{v}}", "{\"v\":1000000000000000}", "1000000000000000", { NULL } },
  { "value/decimal", "{{v}}", "{\"v\":1.21}", "1.21", { NULL } },
  { "value/boolean", "{{v}}", "{\"v\":true}", "true", { NULL } },
  { "value/null-is-nothing", "[{{v}}]", "{\"v\":null}", "[]", { NULL } },
  { "value/missing-is-nothing", "[{{v}}{{{v}}}{{&v}}]", "{}", "[]", { NULL } },
  { "value/object-is-nothing", "[{{v}}]", "{\"v\":{\"x\":1}}", "[]", { NULL } },
  { "value/dotted", "{{a.b.c}}", "{\"a\":{\"b\":{\"c\":\"deep\"}}}", "deep", { NULL } },
  { "value/dotted-broken-chain", "[{{a.b.c}}]", "{\"a\":{}}", "[]", { NULL } },
  { "value/dotted-does-not-fall-back", "[{{a.b.name}}]", "{\"a\":{\"b\":{}},\"name\":\"x\"}", "[]", { NULL } },
  { "value/dotted-first-part-decides",
    "[{{#a}}{{b.c}}{{/a}}]",
    "{\"a\":{\"b\":{}},\"b\":{\"c\":\"no\"}}",
    "[]",
    { NULL } },
  { "value/dotted-is-never-one-key", "[{{a.b}}]", "{\"a.b\":1}", "[]", { NULL } },
  { "value/dotted-key-hides-nothing", "{{a.b}}", "{\"a.b\":1,\"a\":{\"b\":2}}", "2", { NULL } },
  { "value/dotted-inside-section",
    "{{#a}}{{b.c}}{{/a}}",
    "{\"a\":{\"x\":1},\"b\":{\"c\":\"found\"}}",
    "found",
    { NULL } },
  { "value/blanks-around-stay", "| {{v}} |", "{\"v\":\"-\"}", "| - |", { NULL } },
  { "value/own-line-stays", "  {{v}}\n", "{\"v\":\"-\"}", "  -\n", { NULL } },
  { "value/blanks-inside-ignored", "{{ v }}{{{ v }}}{{& v }}", "{\"v\":\"-\"}", "---", { NULL } },
  { "value/implicit", "{{#list}}({{.}}){{/list}}", "{\"list\":[1,\"<\",2.5]}", "(1)(&lt;)(2.5)", { NULL } },
  { "value/implicit-raw", "{{#list}}{{{.}}}{{&.}}{{/list}}", "{\"list\":[\"<\"]}", "<<", { NULL } },

  /* Sections */
  { "section/true", "{{#v}}shown{{/v}}", "{\"v\":true}", "shown", { NULL } },
  { "section/false", "[{{#v}}hidden{{/v}}]", "{\"v\":false}", "[]", { NULL } },
  { "section/null", "[{{#v}}hidden{{/v}}]", "{\"v\":null}", "[]", { NULL } },
  { "section/missing", "[{{#v}}hidden{{/v}}]", "{}", "[]", { NULL } },
  { "section/empty-text", "[{{#v}}hidden{{/v}}]", "{\"v\":\"\"}", "[]", { NULL } },
  { "section/zero", "[{{#v}}hidden{{/v}}]", "{\"v\":0}", "[]", { NULL } },
  { "section/object", "{{#v}}{{name}}{{/v}}", "{\"v\":{\"name\":\"Joe\"}}", "Joe", { NULL } },
  { "section/text-becomes-context", "{{#v}}<{{.}}>{{/v}}", "{\"v\":\"x\"}", "<x>", { NULL } },
  { "section/outer-names",
    "{{#a}}{{one}}{{#b}}{{one}}{{two}}{{/b}}{{/a}}",
    "{\"a\":{\"one\":1},\"b\":{\"two\":2}}",
    "112",
    { NULL } },
  { "section/inner-name-wins", "{{#a}}{{x}}{{/a}}{{x}}", "{\"a\":{\"x\":1},\"x\":2}", "12", { NULL } },
  { "section/list", "{{#l}}{{i}},{{/l}}", "{\"l\":[{\"i\":1},{\"i\":2}]}", "1,2,", { NULL } },
  { "section/empty-list", "[{{#l}}hidden{{/l}}]", "{\"l\":[]}", "[]", { NULL } },
  { "section/zero-in-a-list", "{{#l}}({{.}}){{/l}}", "{\"l\":[0,1]}", "(0)(1)", { NULL } },
  { "section/nested-lists", "{{#l}}({{#.}}{{.}}{{/.}}){{/l}}", "{\"l\":[[1,2],[3]]}", "(12)(3)", { NULL } },
  { "section/same-name-nested", "{{#v}}a{{#v}}b{{/v}}c{{/v}}", "{\"v\":true}", "abc", { NULL } },
  { "section/same-name-nested-false", "[{{#v}}a{{#v}}b{{/v}}c{{/v}}]", "{\"v\":false}", "[]", { NULL } },
  { "section/twice", "{{#v}}a{{/v}}-{{#v}}b{{/v}}", "{\"v\":true}", "a-b", { NULL } },
  { "section/dotted", "{{#a.b}}x{{/a.b}}", "{\"a\":{\"b\":true}}", "x", { NULL } },
  { "section/dotted-broken", "[{{#a.b}}x{{/a.b}}]", "{\"a\":{}}", "[]", { NULL } },
  { "section/own-lines-vanish", "a\n{{#v}}\nb\n{{/v}}\nc\n", "{\"v\":true}", "a\nb\nc\n", { NULL } },
  { "section/indented-own-lines-vanish", "a\n  {{#v}}\nb\n  {{/v}}\nc", "{\"v\":true}", "a\nb\nc", { NULL } },
  { "section/crlf", "a\r\n{{#v}}\r\nb\r\n{{/v}}\r\nc", "{\"v\":true}", "a\r\nb\r\nc", { NULL } },
  { "section/no-line-before", "  {{#v}}\nx{{/v}}\n/", "{\"v\":true}", "x\n/", { NULL } },
  { "section/no-line-after", "x{{#v}}\n/\n  {{/v}}", "{\"v\":true}", "x\n/\n", { NULL } },
  { "section/inline-blanks-stay", " {{#v}}A{{/v}} {{#v}} B {{/v}}\n", "{\"v\":true}", " A  B \n", { NULL } },
  { "section/two-on-a-line-are-not-alone", "{{#v}} {{/v}}\n", "{\"v\":true}", " \n", { NULL } },
  { "section/blanks-inside", "|{{# v }}={{/ v }}|", "{\"v\":true}", "|=|", { NULL } },

  /* Inverted sections */
  { "inverted/false", "{{^v}}shown{{/v}}", "{\"v\":false}", "shown", { NULL } },
  { "inverted/true", "[{{^v}}hidden{{/v}}]", "{\"v\":true}", "[]", { NULL } },
  { "inverted/null", "{{^v}}shown{{/v}}", "{\"v\":null}", "shown", { NULL } },
  { "inverted/missing", "{{^v}}shown{{/v}}", "{}", "shown", { NULL } },
  { "inverted/object", "[{{^v}}hidden{{/v}}]", "{\"v\":{}}", "[]", { NULL } },
  { "inverted/list", "[{{^v}}hidden{{/v}}]", "{\"v\":[1]}", "[]", { NULL } },
  { "inverted/empty-list", "{{^v}}shown{{/v}}", "{\"v\":[]}", "shown", { NULL } },
  { "inverted/dotted-broken", "{{^a.b}}shown{{/a.b}}", "{\"a\":{}}", "shown", { NULL } },
  { "inverted/nested", "{{^v}}a{{^v}}b{{/v}}c{{/v}}", "{}", "abc", { NULL } },
  { "inverted/own-lines-vanish", "a\n {{^v}}\nb\n{{/v}}  \nc", "{}", "a\nb\nc", { NULL } },

  /* Delimiters */
  { "delimiters/changed", "{{=<% %>=}}(<%v%>{{v}})", "{\"v\":1}", "(1{{v}})", { NULL } },
  { "delimiters/special", "({{=[ ]=}}[v])", "{\"v\":1}", "(1)", { NULL } },
  { "delimiters/in-section",
    "{{#v}}{{x}}{{/v}}{{= | | =}}|#v|{{x}}|x||/v|",
    "{\"v\":true,\"x\":1}",
    "1{{x}}1",
    { NULL } },
  { "delimiters/partial-starts-anew", "{{>p}}{{= | | =}}|>p|", "{\"v\":1}", "<1><1>", { "p", "<{{v}}>", NULL } },
  { "delimiters/partial-changes-stay-inside", "{{>p}}{{v}}", "{\"v\":1}", "11", { "p", "{{= | | =}}|v|", NULL } },
  { "delimiters/own-line-vanishes", "a\n  {{=@ @=}}\nb", "{}", "a\nb", { NULL } },
  { "delimiters/inline-blanks-stay", "| {{=@ @=}} |", "{}", "|  |", { NULL } },
  { "delimiters/blanks-inside", "{{=  <%   %>  =}}<% v %>", "{\"v\":1}", "1", { NULL } },

  /* Partials */
  { "partial/inline", "[{{>p}}]", "{}", "[text]", { "p", "text", NULL } },
  { "partial/sees-the-context", "{{#a}}{{>p}}{{/a}}", "{\"a\":{\"v\":\"*\"}}", "*", { "p", "{{v}}", NULL } },
  { "partial/recursion",
    "{{>node}}",
    "{\"c\":\"X\",\"n\":[{\"c\":\"Y\",\"n\":[]}]}",
    "X<Y<>>",
    { "node", "{{c}}<{{#n}}{{>node}}{{/n}}>", NULL } },
  { "partial/inside-partial", "{{>a}}", "{\"v\":1}", "* 1 *", { "a", "* {{>b}} *", "b", "{{v}}", NULL } },
  { "partial/inline-is-not-indented", "  {{v}}  {{>p}}\n", "{\"v\":\"|\"}", "  |  >\n>\n", { "p", ">\n>", NULL } },
  { "partial/own-line-crlf", "|\r\n{{>p}}\r\n|", "{}", "|\r\n>|", { "p", ">", NULL } },
  { "partial/own-line-without-one-before", "  {{>p}}\n>", "{}", "  >\n  >>", { "p", ">\n>", NULL } },
  { "partial/own-line-without-one-after", ">\n  {{>p}}", "{}", ">\n  >\n  >", { "p", ">\n>", NULL } },
  { "partial/own-line-indents-its-lines-only",
    "\\\n {{>p}}\n/\n",
    "{\"v\":\"<\\n-\"}",
    "\\\n |\n <\n-\n |\n/\n",
    { "p", "|\n{{{v}}}\n|\n", NULL } },
  { "partial/blanks-inside", "|{{> p }}|", "{}", "|[]|", { "p", "[]", NULL } },

  /* Inheritance */
  { "parent/default", "{{$title}}Default{{/title}}", "{}", "Default", { NULL } },
  { "parent/default-with-values", "{{$t}}<{{v}}{{#l}}{{.}}{{/l}}>{{/t}}", "{\"v\":1,\"l\":[2,3]}", "<123>", { NULL } },
  { "parent/keeps-defaults",
    "{{<p}}{{/p}}|{{<p}}{{$a}}mine{{/a}}{{/p}}",
    "{}",
    "a b|mine b",
    { "p", "{{$a}}a{{/a}} {{$b}}b{{/b}}", NULL } },
  { "parent/block-sees-the-context-where-it-lands",
    "{{<p}}{{$a}}{{v}}{{/a}}{{/p}}",
    "{\"o\":{\"v\":1},\"v\":2}",
    "1",
    { "p", "{{#o}}{{$a}}{{/a}}{{/o}}", NULL } },
  { "parent/text-beside-blocks-is-ignored",
    "{{<p}}noise{{$a}}x{{/a}}noise{{v}}{{/p}}",
    "{\"v\":1}",
    "x",
    { "p", "{{$a}}{{/a}}", NULL } },
  { "parent/block-used-twice", "{{<p}}{{$a}}x{{/a}}{{/p}}", "{}", "xx", { "p", "{{$a}}{{/a}}{{$a}}{{/a}}", NULL } },
  { "parent/two-levels",
    "{{<p}}{{$a}}c{{/a}}{{/p}}",
    "{}",
    "c",
    { "p", "{{<g}}{{$a}}p{{/a}}{{/g}}", "g", "{{$a}}g{{/a}}", NULL } },
  { "parent/two-levels-middle-wins-over-top",
    "{{<p}}{{/p}}",
    "{}",
    "p",
    { "p", "{{<g}}{{$a}}p{{/a}}{{/g}}", "g", "{{$a}}g{{/a}}", NULL } },
  { "parent/block-in-a-block",
    "{{<p}}{{$b}}mine{{/b}}{{/p}}",
    "{}",
    "[x mine]",
    { "p", "{{<g}}{{$a}}x {{$b}}default{{/b}}{{/a}}{{/g}}", "g", "[{{$a}}{{/a}}]", NULL } },
  { "parent/in-a-block-of-the-same-name",
    "{{<p}}{{$a}}{{<q}}{{$a}}inner{{/a}}{{/q}}{{/a}}{{/p}}",
    "{}",
    "(<inner>)",
    { "p", "({{$a}}{{/a}})", "q", "<{{$a}}{{/a}}>", NULL } },
  { "parent/blocks-reach-partials",
    "{{<p}}{{$a}}x{{/a}}{{/p}}",
    "{}",
    "[x]",
    { "p", "[{{>q}}]", "q", "{{$a}}none{{/a}}", NULL } },
  { "parent/blocks-end-with-it", "{{<p}}{{$a}}x{{/a}}{{/p}}{{>p}}", "{}", "xnone", { "p", "{{$a}}none{{/a}}", NULL } },
  { "parent/own-lines-vanish",
    "{{<p}}\n{{$a}}\nx\n{{/a}}\n{{/p}}\n",
    "{}",
    "<\nx\n>\n",
    { "p", "<\n{{$a}}\n{{/a}}\n>\n", NULL } },

  /* Our additions */
  { "helper/money", "{{money v}}|{{money none}}", "{\"v\":1234567}", "1,234,567원|", { NULL } },
  { "helper/number",
    "{{number v}} {{number w}} {{number u}}",
    "{\"v\":-1234567,\"w\":999,\"u\":1000}",
    "-1,234,567 999 1,000",
    { NULL } },
  { "helper/static", "{{static css/a.css}}", "{}", "/static/css/a.css", { NULL } },
  { "helper/time", "{{time v}}", "{\"v\":1795266900000000}", "Sat 21 Nov, 22:15", { NULL } },
  { "helper/iso", "{{iso v}}", "{\"v\":1795266900250000}", "2026-11-21T13:15:00.250Z", { NULL } },
  { "helper/local", "{{local v}}", "{\"v\":1795266900000000}", "2026-11-21T22:15", { NULL } },
  { "helper/left",
    "{{left a}}|{{left b}}|{{left c}}|{{left d}}",
    "{\"a\":1795266900000000,\"b\":1795274160000000,\"c\":1795360499000000,\"d\":1795000000000000}",
    "under a minute|2 h 1 min|1 d 2 h|",
    { NULL } },
  { "helper/ago",
    "{{ago a}}|{{ago b}}",
    "{\"a\":1795266895000000,\"b\":1795266720000000}",
    "just now|2 minutes ago",
    { NULL } },
  { "message/plain", "{{_ Place a bid & win}}", "{}", "Place a bid &amp; win", { NULL } },
  { "message/filled",
    "{{_ Hi {who}, {money v} is held}}",
    "{\"who\":\"<B>\",\"v\":5000}",
    "Hi &lt;B&gt;, 5,000원 is held",
    { NULL } },
  { "message/ends-in-a-brace", "{{_ Bid {money v}}}!", "{\"v\":5000}", "Bid 5,000원!", { NULL } },
  { "message/wrapped", "{{_ a long\n     text }}", "{}", "a long text", { NULL } },
  { "message/one", "{{_n n: {n} bid | {n} bids}}", "{\"n\":1}", "1 bid", { NULL } },
  { "message/several", "{{_n n: {n} bid | {n} bids}}", "{\"n\":0}", "0 bids", { NULL } },
};

static JsonObject *
parse_model (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (text, &error);

  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (node));
}

static const NbTemplateScope english = { "en", NULL, G_GINT64_CONSTANT (1795266899000000), NULL, NULL };

static char *
render (NbTemplates *templates, JsonObject *globals, JsonObject *model, GError **error)
{
  GString *out = g_string_new ("");

  if (nb_templates_render (templates, "main", globals, model, &english, out, error))
    return g_string_free (out, FALSE);
  g_assert_cmpstr (out->str, ==, "");
  g_string_free (out, TRUE);
  return NULL;
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (NbTemplates) templates = nb_templates_new (NULL, "test", NULL);
  g_autoptr (JsonObject) model = parse_model (test->model);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  nb_templates_add (templates, "main", test->source);
  for (gsize i = 0; test->partials[i] != NULL; i += 2)
    nb_templates_add (templates, test->partials[i], test->partials[i + 1]);
  text = render (templates, NULL, model, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, test->expected);
}

/* A faulty template and what the message must say. */
typedef struct
{
  const char *path;
  const char *source;
  const char *message;
} Fault;

static const Fault faults[] = {
  { "unclosed-tag", "a\nb {{name", "main.mustache:2: this tag is never closed by “}}”" },
  { "unclosed-section", "a\n{{#x}}\nb", "main.mustache:2: “x” is never closed" },
  { "never-opened", "a\n\n{{/x}}", "main.mustache:3: “x” is closed but was never opened" },
  { "crossed", "{{#a}}\n{{#b}}\n{{/a}}", "main.mustache:3: “a” is closed, but “b” of line 2 is open" },
  { "bad-name", "{{a..b}}", "main.mustache:1: “a..b” is no name" },
  { "bad-helper", "\n{{monye price}}", "main.mustache:2: there is no helper “monye”" },
  { "bad-plural", "{{_n n: only one}}", "main.mustache:1: “_n n: only one” is not like" },
  { "bad-delimiters", "{{=one=}}", "main.mustache:1: new delimiters must be two words" },
  { "path-outside", "{{>../secret}}", "main.mustache:1: “../secret” is no name of a template" },
  { "missing-partial", "a\n{{>gone}}", "main.mustache:2: there is no template “gone”" },
  { "endless-partial", "{{>main}}", "main.mustache:1: more than 32 templates in one another" },
  { "endless-parent", "{{<main}}{{/main}}", "more than 32 templates in one another" },
};

static void
test_fault (gconstpointer data)
{
  const Fault *fault = data;
  g_autoptr (NbTemplates) templates = nb_templates_new (NULL, "test", NULL);
  g_autoptr (JsonObject) model = json_object_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  nb_templates_add (templates, "main", fault->source);
  text = render (templates, NULL, model, &error);
  g_assert_null (text);
  g_assert_nonnull (error);
  if (strstr (error->message, fault->message) == NULL)
    g_error ("“%s” does not say “%s”", error->message, fault->message);
}

static void
test_deep_sections (void)
{
  g_autoptr (NbTemplates) templates = nb_templates_new (NULL, "test", NULL);
  g_autoptr (JsonObject) model = json_object_new ();
  g_autoptr (GError) error = NULL;
  GString *source = g_string_new (NULL);

  for (int i = 0; i <= NB_MUSTACHE_MAX_NESTING; i++)
    g_string_append (source, "{{#a}}");
  nb_templates_add (templates, "main", source->str);
  g_assert_null (render (templates, NULL, model, &error));
  g_assert_error (error, NB_MUSTACHE_ERROR, NB_MUSTACHE_ERROR_TOO_DEEP);
  g_string_free (source, TRUE);
}

static void
test_bounded_output (void)
{
  g_autoptr (NbTemplates) templates = nb_templates_new (NULL, "test", NULL);
  g_autoptr (JsonObject) model = json_object_new ();
  g_autoptr (GError) error = NULL;
  JsonArray *list = json_array_new ();

  for (int i = 0; i < 300; i++)
    json_array_add_int_element (list, i);
  json_object_set_array_member (model, "l", list);
  nb_templates_add (templates, "main", "{{#l}}{{#l}}{{#l}}{{.}}{{/l}}{{/l}}{{/l}}");
  g_assert_null (render (templates, NULL, model, &error));
  g_assert_error (error, NB_MUSTACHE_ERROR, NB_MUSTACHE_ERROR_TOO_LARGE);
}

static void
test_globals (void)
{
  g_autoptr (NbTemplates) templates = nb_templates_new (NULL, "test", NULL);
  g_autoptr (JsonObject) globals = parse_model ("{\"a\":1,\"b\":2}");
  g_autoptr (JsonObject) model = parse_model ("{\"b\":3}");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  nb_templates_add (templates, "main", "{{a}}{{b}}");
  text = render (templates, globals, model, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "13");
}

static void
test_own_set_before_parent (void)
{
  g_autoptr (NbTemplates) host = nb_templates_new (NULL, "host", NULL);
  g_autoptr (NbTemplates) plugin = nb_templates_new (NULL, "plugin", host);
  g_autoptr (JsonObject) model = json_object_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  nb_templates_add (host, "layout", "<{{$main}}{{/main}}{{>foot}}>");
  nb_templates_add (host, "foot", "host");
  nb_templates_add (plugin, "main", "{{<layout}}{{$main}}page {{/main}}{{/layout}}");
  text = render (plugin, NULL, model, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "<page host>");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/web/template/", cases[i].path, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *path = g_strconcat ("/web/template/fault/", faults[i].path, NULL);

      g_test_add_data_func (path, &faults[i], test_fault);
    }
  g_test_add_func ("/web/template/fault/deep-sections", test_deep_sections);
  g_test_add_func ("/web/template/fault/bounded-output", test_bounded_output);
  g_test_add_func ("/web/template/globals-come-last", test_globals);
  g_test_add_func ("/web/template/own-set-before-parent", test_own_set_before_parent);
  return g_test_run ();
}
