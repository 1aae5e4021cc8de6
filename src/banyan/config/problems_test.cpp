#include <gtest/gtest.h>

#include "banyan/config/config.hpp"

namespace banyan::config {
namespace {

// Every problem as "line:column: message", one a line.
std::string problems_of(std::string_view text, const Environment& environment = {}) {
  const auto config = load_text(text, "banyan.toml", environment);
  if (config) return "";
  std::string lines;
  for (const Problem& problem : config.error()) {
    if (problem.line > 0) lines += std::to_string(problem.line) + ":" + std::to_string(problem.column) + ": ";
    lines += problem.message + "\n";
  }
  return lines;
}

struct Case {
  const char* text;
  const char* problems;
};

TEST(Problems, of_settings_name_the_place_and_the_nearest_word) {
  const Case cases[] = {
      {"[server]\nlisten = ", "2:10: not valid TOML: Error while parsing key-value pair: encountered end-of-file\n"},
      {"[databse]\nurl = \"sqlite:a.db\"\n", "1:2: unknown section 'databse', did you mean 'database'?\n"},
      {"[tables.users]\n", "1:2: unknown section 'tables', did you mean 'collections'?\n"},
      {"port = 8080\n", "1:1: unknown section 'port'\n"},
      {"server = 8080\n", "1:1: 'server' is a section: [server]\n"},
      {"[server]\nlistn = 1\n", "2:1: unknown key 'listn' in [server], did you mean 'listen'?\n"},
      {"[server]\nlisten = 8080\n", "2:10: server.listen must be text in quotes\n"},
      {"[server]\nlisten = \"8080\"\n",
       "2:10: server.listen must be an address and a port, for example \"127.0.0.1:8080\"\n"},
      {"[server]\nlisten = \"::1:8080\"\n",
       "2:10: server.listen must be an address and a port, for example \"127.0.0.1:8080\"\n"},
      {"[server]\nlisten = \"127.0.0.1:65536\"\n",
       "2:10: server.listen must be an address and a port, for example \"127.0.0.1:8080\"\n"},
      {"[server]\nloops = 257\n", "2:9: server.loops must be a whole number from 0 to 256\n"},
      {"[server]\ntrusted_proxies = [\"10.0.0.0/33\"]\n",
       "2:19: server.trusted_proxies must be numeric addresses or networks, for example [\"10.0.0.0/8\", "
       "\"127.0.0.1\"]\n"},
      {"[limits]\nbody = 1048576\n", "2:8: limits.body must be a size with its unit, for example \"1MiB\"\n"},
      {"[limits]\nbody = \"2GiB\"\n", "2:8: limits.body must be from 1B to 1GiB\n"},
      {"[limits]\nidle_timeout = \"75\"\n",
       "2:16: limits.idle_timeout must be a duration with its unit, for example \"75s\"\n"},
      {"[limits]\nidle_timeout = \"1ms\"\n", "2:16: limits.idle_timeout must be from 10ms to 24h\n"},
      {"[limits]\nheader_count = 0\n", "2:16: limits.header_count must be a whole number from 1 to 10000\n"},
      {"[cors]\norigins = \"*\"\n",
       "2:11: cors.origins must be a list of texts, for example [\"https://app.example.com\"]\n"},
      {"[cors]\norigins = [\"https://a.example/\"]\n",
       "2:11: cors.origins must be \"*\" or origins such as \"https://app.example.com\"\n"},
      {"[database]\nurl = \"mysql://app:secret@db/app\"\n",
       "2:7: database.url names the scheme 'mysql': this version serves SQLite and PostgreSQL\n"},
      {"[database]\nurl = \"postgre://app:secret@db/app\"\n",
       "2:7: database.url names the scheme 'postgre', did you mean 'postgres'?\n"},
      {"[database]\nurl = \"postgres://app:secret@db\"\n", "2:7: database.url must name a database after the host\n"},
      {"[database]\nconnections = 4\n", "2:15: database.connections must be a whole number from 5 to 1000\n"},
      {"[database]\nurl = \"sqlit:data/app.db\"\n",
       "2:7: database.url names the scheme 'sqlit', did you mean 'sqlite'?\n"},
      {"[database]\nurl = \"data/app.db\"\n",
       "2:7: database.url must be a URL that begins with 'sqlite:' or 'postgres:'\n"},
      {"[database]\nurl = \"sqlite::memory:\"\n",
       "2:7: database.url must name a file: a database in memory would lose what it has acknowledged\n"},
      {"[database]\nurl = \"sqlite:\"\n", "2:7: database.url must name a file\n"},
      {"[database]\nurl = \"sqlite:a.db?mode=ro\"\n",
       "2:7: database.url must be a plain path after 'sqlite:', without '?', '#' or '%'\n"},
      {"[cache]\nurl = \"redis://:secret@\"\n", "2:7: cache.url must name a host\n"},
      {"[cache]\nurl = \"redis:cache\"\n", "2:7: cache.url must have '//' after its scheme\n"},
      {"[cache]\nurl = \"redis://a b\"\n",
       "2:7: cache.url must have neither blanks nor what is not ASCII; percent-encode them\n"},
      {"[cache]\nurl = \"memcached://cache\"\n",
       "2:7: cache.url names the scheme 'memcached': this version caches in its own memory or in Redis\n"},
      {"[cache]\nlocal = \"16\"\n", "2:9: cache.local must be a size between 1MB and 1000GB, or \"off\"\n"},
      {"[database]\nreplica = []\n", "2:1: unknown key 'replica' in [database], did you mean 'replicas'?\n"},
      {"[database]\nreplicas = [\"postgres://app:secret@db/app\"]\n",
       "2:12: database.replicas needs a database of PostgreSQL in database.url\n"},
      {"[database]\nurl = \"postgres://a/b\"\nreplicas = [\"postgres://c/b\", \"mysql://app:secret@db/app\"]\n",
       "3:12: database.replicas has at place 2 what it cannot take: it must be a URL that begins with 'postgres:'\n"},
      {"[database]\nurl = \"postgres://a/b\"\nreplicas = [\"postgres://app:secret@c\"]\n",
       "3:12: database.replicas has at place 1 what it cannot take: it must name a database after the host\n"},
      {"[database]\nurl = \"postgres://a/b\"\nreplicas = [\"postgres://app:secret@c,d/b\"]\n",
       "3:12: database.replicas has at place 1 what it cannot take: it must name one host\n"},
      {"[cache]\nurl = \"memory:64\"\n",
       "2:7: cache.url must give a size with its unit after 'memory:', for example \"memory:64MB\"\n"},
      {"[cache]\nurl = \"memory:1KB\"\n", "2:7: cache.url must be between 1MB and 1000GB\n"},
      {"[cache]\nurl = \"of\"\n",
       "2:7: cache.url must be \"memory:64MB\" (any size), the URL of a Redis, or \"off\", did you mean 'off'?\n"},
      {"[log]\nformat = \"jsn\"\n", "2:10: log.format must be one of auto, json, text, did you mean 'json'?\n"},
      {"[log]\naccess = \"yes\"\n", "2:10: log.access must be true or false\n"},
      {"[api]\ndefault_limit = 50\nmax_limit = 20\n",
       "2:17: api.default_limit must not be larger than api.max_limit\n"},
      {"[limits]\nbody = \"512MiB\"\n", "2:8: limits.body must not be larger than limits.body_memory\n"},
      {"[api]\nmax_limit = 20\n", "2:13: api.default_limit must not be larger than api.max_limit\n"},
      {"[app]\nname = \"\"\n", "2:8: app.name must be text of 1 to 100 bytes on one line\n"},
      {"[queue]\nurl = \"amqp://x\"\n", "1:2: unknown section 'queue'\n"},
  };
  for (const auto& [text, problems] : cases) EXPECT_EQ(problems_of(text), problems) << text;
}

TEST(Problems, of_collections_name_the_place_and_the_nearest_word) {
  const Case cases[] = {
      {"fields.name = { type = \"strng\" }", "2:24: unknown type 'strng', did you mean 'text'?\n"},
      {"fields.name = { typ = \"text\" }", "2:8: users.name: a field needs a type\n"},
      {"fields.name = { type = 1 }", "2:24: users.name: type must be text in quotes\n"},
      {"fields.name = \"text\"", "2:15: users.name: a field is a table\n"},
      {"fields = []", "2:10: users: fields must be a table\n"},
      {"fields.name = { type = \"text\", requird = true }", "2:32: unknown key 'requird', did you mean 'required'?\n"},
      {"fields.name = { type = \"text\", regex = \"a\" }", "2:32: unknown key 'regex', did you mean 'pattern'?\n"},
      {"fields.name = { type = \"text\", required = 1 }", "2:43: users.name: required must be true or false\n"},
      {"fields.name = { type = \"text\", min = 1 }",
       "2:38: users.name: min: only integer, number, timestamp and date have a range, not a text\n"},
      {"fields.age = { type = \"integer\", min = 1.5 }",
       "2:40: users.age: min must be a whole number from -9223372036854775808 to 9223372036854775807\n"},
      {"fields.age = { type = \"integer\", min = 2, max = 1 }", "2:40: users.age: min: must not be larger than max\n"},
      {"fields.age = { type = \"integer\", max_length = 1 }",
       "2:47: users.age: max_length: only text, email and url have a length, not an integer\n"},
      {"fields.age = { type = \"integer\", min = 18, default = 17 }",
       "2:54: users.age: default: must be at least 18\n"},
      {"fields.x = { type = \"number\", max = inf }", "2:37: users.x: max must be a number\n"},
      {"fields.x = { type = \"json\", default = { a = nan } }",
       "2:39: users.x: default must hold finite numbers only\n"},
      {"fields.name = { type = \"text\", pattern = \"(\" }",
       "2:42: users.name: pattern: is not a pattern that RE2 understands: missing ): (\n"},
      {"fields.role = { type = \"enum\" }",
       "2:8: users.role: values: an enum must list its values: `values = [\"…\"]`\n"},
      {"fields.role = { type = \"enum\", values = [\"a\", \"a\"] }",
       "2:41: users.role: values: the value 'a' is there twice\n"},
      {"fields.role = { type = \"enum\", values = [\"member\"], default = \"membr\" }",
       "2:63: users.role: default: must be one of 'member', did you mean 'member'?\n"},
      {"fields.boss = { type = \"reference\", to = \"user\" }",
       "2:42: users.boss: to: unknown collection 'user', did you mean 'users'?\n"},
      {"fields.boss = { type = \"reference\", references = \"users\" }",
       "2:37: unknown key 'references', did you mean 'to'?\n"},
      {"fields.boss = { type = \"reference\", to = \"users\", on_delete = \"cascad\" }",
       "2:63: users.boss: on_delete must be one of restrict, cascade, set_null, did you mean 'cascade'?\n"},
      {"fields.boss = { type = \"reference\", to = \"users\", required = true, on_delete = \"set_null\" }",
       "2:80: users.boss: on_delete: cannot be 'set_null' on a required field\n"},
      {"fields.boss = { type = \"reference\", to = \"users\", default = \"x\" }",
       "2:61: users.boss: default must be an id: a whole number or a UUID, as the collection has them\n"},
      {"fields.name = { type = \"text\", to = \"users\" }",
       "2:37: users.name: to is for references: type = \"reference\"\n"},
      {"fields.at = { type = \"timestamp\", min = 2026-01-01T00:00:00 }",
       "2:41: users.at: min must be a time with its offset as in RFC 3339, for example \"2026-11-23T18:17:05Z\"\n"},
      {"fields.id = { type = \"text\" }",
       "2:8: users.id: 'id' is there already: every collection has one (`id = \"uuid\"` changes its kind)\n"},
      {"fields.order = { type = \"text\" }",
       "2:8: users.order: 'order' cannot be the name of a field: it is a word of queries\n"},
      {"id = \"guid\"", "2:6: users: id must be \"integer\" or \"uuid\", did you mean 'uuid'?\n"},
      {"renamed_from = \"users\"",
       "2:16: users: renamed_from: 'users' is declared: what was renamed is there no more\n"},
      {"renamed_from = \"\"", "2:16: users: renamed_from must be the name that the table has\n"},
      {"fields.a = { type = \"text\", renamed_from = 1 }",
       "2:44: users.a: renamed_from must be the name that the column has\n"},
      {"fields.a = { type = \"text\", renamed_from = \"b\" }\nfields.b = { type = \"text\" }",
       "2:44: users.a: renamed_from: 'b' is declared: what was renamed is there no more\n"},
      {"fields.a = { type = \"text\", renamed_from = \"c\" }\nfields.b = { type = \"text\", renamed_from = \"c\" }",
       "3:44: users.b: renamed_from: two cannot both have been called 'c'\n"},
      {"cache = \"no\"", "2:9: users: cache must be \"on\" or \"off\", did you mean 'on'?\n"},
      {"created_at = 1", "2:14: users: created_at must be true or false\n"},
      {"rules = 1", "2:1: unknown key 'rules', did you mean 'access'?\n"},
      {"name = { type = \"text\" }", "2:1: unknown key 'name'\n"},
      {"access = \"anyone\"", "2:10: users: access must be given for each action\n"},
      {"access.read = \"anyon\"",
       "2:15: users: access.read must be \"nobody\" or \"anyone\", did you mean 'anyone'?\n"},
      {"access.update = \"record.id == viewer.id\"", ""},
      {"access.update = \"record.onwer == viewer.id\"\nfields.owner = { type = \"integer\" }",
       "2:25: users: access.update: unknown field 'onwer' of users, did you mean 'owner'?\n"},
      {"access.update = \"viewer.role == \\\"\\u00e9\\\" || true && viewer.x\"",
       "2:62: users: access.update: the viewer has no 'x'\n"},
      {"access.update = '''\nviewer.role == \"é\" ||\n  record.x'''",
       "4:10: users: access.update: unknown field 'x' of users\n"},
      {"access.update = \"\"\"viewer.is_user && \\\n  record.x\"\"\"",
       "2:17: users: access.update: unknown field 'x' of users\n"},
      {"access.read = \"\"", "2:15: users: access.read must be \"nobody\" or \"anyone\"\n"},
      {"access.read = true", "2:15: users: access.read must be \"nobody\" or \"anyone\"\n"},
      {"access.read = \"viewer.rol == 'a'\"\nfields.a = { type = \"txt\" }",
       "3:21: unknown type 'txt', did you mean 'text'?\n"},
      {"fields.a = { type = \"text\", read = \"anyoen\" }",
       "2:36: users.a: read must be a rule, \"nobody\" or \"anyone\", did you mean 'anyone'?\n"},
      {"fields.a = { type = \"text\", read = \"nobody\", write = \"record.a == 1\" }",
       "2:55: users.a: write: a text is not compared with an integer\n"},
      {"fields.a = { type = \"reference\", to = \"users\", write = \"record.a.a.a == 1\" }",
       "2:66: users.a: write: the rule of a field follows no references\n"},
      {"access.remove = \"anyone\"", "2:8: unknown action 'remove', did you mean 'delete'?\n"},
      {"indexes = \"name\"", "2:11: users: indexes must be a list\n"},
      {"indexes = [\"nme\"]\nfields.name = { type = \"text\" }", "2:12: unknown field 'nme', did you mean 'name'?\n"},
      {"indexes = [{ fields = [\"id\"], uniqe = true }]", "2:31: unknown key 'uniqe', did you mean 'unique'?\n"},
      {"search = \"name\"", "2:10: users: search must be a list of fields\n"},
      {"search = [\"nme\"]\nfields.name = { type = \"text\" }", "2:11: unknown field 'nme', did you mean 'name'?\n"},
      {"search = [\"age\"]\nfields.age = { type = \"integer\" }",
       "2:10: users: search: only text is searched, and 'age' is none\n"},
      {"indexes = [[]]", "2:11: users: indexes: an index needs at least one field\n"},
  };
  for (const auto& [text, problems] : cases)
    EXPECT_EQ(problems_of("[collections.users]\n" + std::string(text) + "\n"), problems) << text;
  EXPECT_EQ(problems_of("[collections.health]\n"),
            "1:14: health: 'health' cannot be the name of a collection: Banyan serves that path itself\n");
  EXPECT_EQ(problems_of("[collections]\nusers = 1\n"), "2:9: users: a collection is a table\n");
}

TEST(Problems, are_told_all_at_once_in_the_order_of_the_file_and_then_of_the_environment) {
  EXPECT_EQ(problems_of(R"toml([collections.notes]
fields.owner = { type = "reference", to = "user" }
fields.name = { type = "strng" }

[collections.users]
fields.age = { type = "integer", min = "x" }

[log]
level = "loud"
)toml",
                        {{"PORT", "eighty"},
                         {"DATABASE_URL", "postgres://app:secret@db:port/app"},
                         {"REDIS_URL", "redis://"},
                         {"BANYAN_SERVICE_KEY", "short"},
                         {"BANYAN_LIMITS_BODY", "1"}}),
            R"(2:43: notes.owner: to: unknown collection 'user', did you mean 'users'?
3:24: unknown type 'strng', did you mean 'text'?
6:40: users.age: min must be a whole number from -9223372036854775808 to 9223372036854775807
9:9: log.level must be one of debug, info, warning, error
PORT must be a port, 0 to 65535
DATABASE_URL has a port that is none: it must be 1 to 65535
REDIS_URL must name a host
BANYAN_LIMITS_BODY must be a size with its unit, for example "1MiB"
BANYAN_SERVICE_KEY must have 16 to 512 printable ASCII characters without spaces
)");
}

TEST(Problems, never_repeat_what_may_be_secret) {
  const auto all =
      problems_of("[database]\nurl = \"postgres://app:hunter2@db\"\n[cache]\nurl = \"redis://:hunter2@c\"\n",
                  {{"BANYAN_SERVICE_KEY", "hunter2"}, {"DATABASE_URL", "mysql://a:hunter2@b/c"}});
  EXPECT_EQ(all.find("hunter2"), std::string::npos) << all;
}

}  // namespace
}  // namespace banyan::config
