#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"
#include "scenarios/stage.hpp"

namespace banyan::scenarios {
namespace {

constexpr const char* config = R"toml(
[server]
listen = "127.0.0.1:{port}"

[database]
url = "sqlite:data/app.db"

[collections.users]
fields.name = { type = "text", required = true }
fields.age  = { type = "integer" }
fields.born = { type = "date" }
fields.extra = { type = "json" }
fields.code = { type = "text", unique = true }
fields.boss = { type = "reference", to = "users", on_delete = "restrict" }
created_at = true
access.read = "anyone"
access.create = "anyone"

[queries.by_age]
sql = "SELECT count(*) AS people, age FROM users WHERE age >= :least AND name <> ':least' GROUP BY age ORDER BY age"
params.least = { type = "integer", required = true, min = 0 }
returns = { age = "integer", people = "integer" }
access = "anyone"

[queries.kinds]
sqlite = "SELECT :t AS t, :i AS i, :n AS n, :b AS b, :at AS at, :d AS d, :j AS j, :u AS u"
postgres = "SELECT :t AS t, :i AS i, :n AS n, :b AS b, :at AS at, :d AS d, :j AS j, :u AS u"
params = { t = "text", i = "integer", n = "number", b = "boolean", at = "timestamp", d = "date", j = "json", u = "uuid" }
returns = { t = "text", i = "integer", n = "number", b = "boolean", at = "timestamp", d = "date", j = "json", u = "uuid" }
access = "anyone"

[queries.means]
sql = "SELECT avg(age) AS mean, sum(age) AS total, min(created_at) AS first FROM users"
returns = { mean = "number", total = "integer", first = "timestamp" }
access = "anyone"

[queries.closed]
sql = "SELECT 1 AS one"
returns.one = "integer"

[queries.birthday]
sql = "UPDATE users SET age = age + 1, _version = _version + 1 WHERE id = :id RETURNING id, age"
params.id = { type = "integer", required = true }
returns = { id = "integer", age = "integer" }
access = "anyone"
writes = true

[queries.hire]
sql = "INSERT INTO users (name, code, boss, created_at, _version) VALUES (:name, :code, :boss, :now, 1) RETURNING id"
params = { name = "text", code = "text", boss = "integer", now = "timestamp" }
returns.id = "integer"
access = "anyone"
writes = true

[queries.fire]
sql = "DELETE FROM users WHERE id = :id RETURNING id"
params.id = "integer"
returns.id = "integer"
access = "anyone"
writes = true

[queries.member]
sqlite = "SELECT json_extract(:text, '$.a') AS a"
postgres = "SELECT (:text)::json ->> 'a' AS a"
params.text = "text"
returns.a = "text"
access = "anyone"

[queries.endless]
sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS i FROM n"
returns.i = "integer"
access = "anyone"

[queries.endless_write]
sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) UPDATE users SET age = (SELECT count(*) FROM n)"
access = "anyone"
writes = true

[queries.commented]
sql = """
-- What comes first,
SELECT 1 AS x; /* and */ ; -- what comes last"""
returns.x = "integer"
access = "anyone"

[queries.many]
sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= 10000) SELECT i FROM n"
returns.i = "integer"
access = "anyone"

[queries.quiet]
sqlite = "SELECT id FROM users"
postgres = "DELETE FROM users RETURNING id"
returns.id = "integer"
access = "anyone"

[queries.read_otherwise]
sqlite = "SELECT upper('0198c5a2-7c1e-7d4b-9c63-2f8a4b6d1e05') AS u, '2026-11-23 18:17:05' AS at, '2026-11-23' AS d, 'a@b.c' AS e, '{\"b\": 1.0}' AS j, 1 AS b, 5 AS i"
postgres = "SELECT upper('0198c5a2-7c1e-7d4b-9c63-2f8a4b6d1e05') AS u, '2026-11-23 18:17:05' AS at, '2026-11-23' AS d, 'a@b.c' AS e, '{\"b\": 1.0}' AS j, true AS b, 5::numeric AS i"
returns = { u = "uuid", at = "timestamp", d = "date", e = "email", j = "json", b = "boolean", i = "integer" }
access = "anyone"

[queries.wrong_type]
sql = "SELECT name AS i FROM users"
returns.i = "integer"
access = "anyone"

[limits]
request_timeout = "2s"
)toml";

class SavedQueries : public ServedTest {
 protected:
  SavedQueries() : ServedTest(config) {}
  void expect(const Request& request, const Expected& expected) {
    expect_response(send(request), expected, request.method);
  }
};

TEST_F(SavedQueries, answer_rows_typed_by_their_columns) {
  for (const char* body : {R"({"name":"Ann","age":20})", R"({"name":"Bob","age":30})", R"({"name":"Cid","age":30})"})
    must(post("/users", body));
  const std::string rows = R"([{"age":20,"people":1},{"age":30,"people":2}])";
  expect(get("/rpc/by_age?least=18"), {.json = rows});
  expect(post("/rpc/by_age", R"({"least":18})"), {.json = rows});
  expect(get("/rpc/by_age?least=99"), {.json = "[]"});
}

TEST_F(SavedQueries, give_every_type_back_as_it_came) {
  expect(
      post("/rpc/kinds",
           R"({"t":"it's :i","i":-9007199254740993,"n":0.1,"b":true,"at":"2026-11-23T20:17:05+02:00","d":"2026-11-23",)"
           R"("j":{"b":1.0,"a":null},"u":"0198C5A2-7C1E-7D4B-9C63-2F8A4B6D1E05"})"),
      {.json = R"([{"t":"it's :i","i":-9007199254740993,"n":0.1,"b":true,"at":"2026-11-23T18:17:05.000000Z",)"
               R"("d":"2026-11-23","j":{"a":null,"b":1},"u":"0198c5a2-7c1e-7d4b-9c63-2f8a4b6d1e05"}])"});
  expect(get("/rpc/kinds"),
         {.json = R"([{"t":null,"i":null,"n":null,"b":null,"at":null,"d":null,"j":null,"u":null}])"});
}

TEST_F(SavedQueries, compute_with_values_as_both_databases_have_them) {
  must(post("/users", R"({"name":"Ann","age":20})"));
  must(post("/users", R"({"name":"Bob","age":25})"));
  expect(get("/rpc/means"), {.json = R"([{"mean":22.5,"total":45,"first":"*"}])"});
}

TEST_F(SavedQueries, bind_values_and_never_splice_them) {
  must(post("/users", R"({"name":"Ann","age":20})"));
  expect(get("/rpc/kinds?t=%27%3B%20DROP%20TABLE%20users%3B%20--"), {.contains = {"'; DROP TABLE users; --"}});
  expect(get("/users"), {.contains = {"Ann"}});
}

TEST_F(SavedQueries, name_every_argument_that_is_wrong) {
  expect(get("/rpc/by_age?leest=1"),
         {.status = 400, .contains = {"\"field\":\"leest\"", "did you mean 'least'?", "is required"}});
  expect(get("/rpc/by_age?least=-1"), {.status = 400, .contains = {"\"field\":\"least\""}});
  expect(get("/rpc/by_age?least=x"), {.status = 400, .contains = {"\"field\":\"least\""}});
  expect(get("/rpc/by_age?least=1&least=2"), {.status = 400, .contains = {"twice"}});
  expect(post("/rpc/by_age", "[]"), {.status = 400, .contains = {"has the parameters least."}});
  expect(post("/rpc/many", "[]"), {.status = 400, .contains = {"has no parameters: send {}."}});
  expect(post("/rpc/by_age?least=1", "{}"), {.status = 400});
}

TEST_F(SavedQueries, are_suggested_where_there_is_none_of_the_name) {
  expect(get("/rpc/manny"), {.status = 404, .contains = {"did you mean 'many'?", "/rpc/<name>"}});
  expect(get("/rpc/something_else"), {.status = 404, .contains = {"/rpc/<name>"}, .lacks = {"did you mean"}});
}

TEST_F(SavedQueries, of_the_face_of_postgrest_say_what_was_heeded) {
  expect(get("/rest/v1/rpc/by_age?least=0", {{"Prefer", "count=exact, return=minimal, handling=strict"}}),
         {.headers = {{"preference-applied", "count=exact, handling=strict"}, {"content-range", "*/0"}}});
  expect(get("/rest/v1/rpc/by_age?least=0"), {.no_headers = {"preference-applied"}});
}

TEST_F(SavedQueries, are_closed_unless_opened) {
  expect(get("/rpc/closed"), {.status = 401, .lacks = {"\"one\":1"}});
  expect(as_service(get("/rpc/closed")), {.json = R"([{"one":1}])"});
}

TEST_F(SavedQueries, that_write_are_seen_by_the_very_next_read) {
  must(post("/users", R"({"name":"Ann","age":20})"));
  for (int age = 21; age < 30; ++age) {
    expect(get("/users/1"), {.contains = {"\"age\":" + std::to_string(age - 1)}});
    expect(post("/rpc/birthday", R"({"id":1})"), {.json = R"([{"id":1,"age":)" + std::to_string(age) + "}]"});
    expect(get("/users/1"), {.contains = {"\"age\":" + std::to_string(age)}});
  }
  expect(get("/rpc/birthday?id=1"), {.status = 405, .headers = {{"allow", "POST"}}});
}

TEST_F(SavedQueries, tell_what_the_database_refuses_as_of_any_write) {
  const auto hire = [](const std::string& members) {
    return post("/rpc/hire", R"({"now":"2026-11-23T18:17:05Z",)" + members + "}");
  };
  must(hire(R"("name":"Ann","code":"a")"));
  must(hire(R"("name":"Bob","code":"b","boss":1)"));
  expect(hire(R"("name":"Cid","code":"a")"),
         {.status = 409, .contains = {"\"23505\"", "'hire'", "\"field\":\"code\"", "is taken"}});
  expect(hire(R"("code":"c")"), {.status = 400, .contains = {"'hire'", "\"field\":\"name\"", "is required"}});
  expect(hire(R"("name":"Cid","boss":99)"), {.status = 409, .contains = {"\"23503\"", "'hire'"}});
  expect(post("/rpc/fire", R"({"id":1})"), {.status = 409, .contains = {"\"23503\"", "'fire'"}});
  expect(get("/rpc/member?text=%7B"), {.status = 400, .contains = {"'member'", "argument"}});
  expect(get("/users?select=name"), {.json = R"([{"name":"Ann"},{"name":"Bob"}])"});
}

TEST_F(SavedQueries, end_at_the_deadline) {
  expect(get("/rpc/endless"), {.status = 503, .contains = {"57014", "the query took longer"}});
  must(post("/users", R"({"name":"Ann","age":0})"));
  expect(post("/rpc/endless_write", "{}"), {.status = 503, .contains = {"57014", "the query took longer"}});
  expect(get("/users/1?select=age"), {.json = R"({"age":0})"});
  expect(get("/rpc/many"), {.status = 413, .contains = {"10000 rows"}});
  expect(get("/rpc/by_age?least=1"), {.json = "[]"});
}

TEST_F(SavedQueries, may_have_comments_around_them) { expect(get("/rpc/commented"), {.json = R"([{"x":1}])"}); }

TEST_F(SavedQueries, that_answer_what_they_do_not_declare_say_so_to_the_operator_alone) {
  must(post("/users", R"({"name":"a secret"})"));
  expect(get("/rpc/wrong_type"), {.status = 500, .lacks = {"a secret"}});
  EXPECT_TRUE(server_.output().contains("wrong_type"));
}

TEST_F(SavedQueries, make_text_canonical_as_what_it_is_declared_to_be) {
  expect(get("/rpc/read_otherwise"),
         {.json = R"([{"u":"0198c5a2-7c1e-7d4b-9c63-2f8a4b6d1e05","at":"2026-11-23T18:17:05.000000Z","d":"2026-11-23",)"
                  R"("e":"a@b.c","j":{"b":1},"b":true,"i":5}])"});
}

class SavedQueriesThatAnswerOtherwise : public ServedTest {
 protected:
  static constexpr std::pair<const char*, const char*> answered[] = {{"'hello'", "timestamp"},
                                                                     {"'hello'", "date"},
                                                                     {"'hello'", "uuid"},
                                                                     {"'hello'", "email"},
                                                                     {"'hello'", "url"},
                                                                     {"'hello'", "json"},
                                                                     {"5", "text"},
                                                                     {"5", "json"},
                                                                     {"1.5", "text"},
                                                                     {"1.5", "integer"},
                                                                     {"CAST(5 AS double precision)", "integer"},
                                                                     {"(1 = 1)", "text"},
                                                                     {"'5'", "integer"},
                                                                     {"'5'", "number"},
                                                                     {"'t'", "boolean"},
                                                                     {"2", "boolean"},
                                                                     {"'1'", "boolean"},
                                                                     {"'hello'", "enum"},
                                                                     {"5", "timestamp"},
                                                                     {"'2026-11-23'", "timestamp"}};

  SavedQueriesThatAnswerOtherwise() : ServedTest(config_of_all()) {}

  static std::string config_of_all() {
    std::string all =
        "[server]\nlisten = \"127.0.0.1:{port}\"\n[database]\nurl = \"sqlite:data/app.db\"\n"
        "[collections.users]\nfields.name = { type = \"text\" }\n";
    for (std::size_t i = 0; i < std::size(answered); ++i) {
      const auto& [value, type] = answered[i];
      const std::string values = type == std::string_view("enum") ? ", values = [\"a\"]" : "";
      all += "[queries.q" + std::to_string(i) + "]\nsql = \"SELECT " + value + " AS x\"\naccess = \"anyone\"\n" +
             "returns.x = { type = \"" + type + "\"" + values + " }\n";
    }
    return all;
  }
};

TEST_F(SavedQueriesThatAnswerOtherwise, are_refused_on_every_store) {
  for (std::size_t i = 0; i < std::size(answered); ++i) {
    const auto& [value, type] = answered[i];
    EXPECT_EQ(send(get("/rpc/q" + std::to_string(i))).status, 500) << value << " as " << type;
  }
}

TEST_F(SavedQueries, that_do_not_say_that_they_write_change_nothing) {
  must(post("/users", R"({"name":"Ann"})"));
  expect(get("/rpc/quiet"), {.status = on_postgres() ? 500 : 200});
  expect(get("/users"), {.contains = {"Ann"}});
}

// The server's output when it refuses to start.
std::string refusal_of(const std::string& query) {
  const std::string collections = "[collections.users]\nfields.name = { type = \"text\" }\n";
  ServerProcess server({.config = collections + query});
  return server.run_to_exit() == 0 ? "it started and ended" : server.output();
}

TEST(SavedQueriesAtTheStart, are_prepared_and_told_in_the_words_of_the_database) {
  EXPECT_TRUE(refusal_of("[queries.q]\nsql = \"SELEC 1\"\n").contains("'q' cannot be prepared: "));
  EXPECT_TRUE(refusal_of("[queries.q]\nsql = \"SELECT nme FROM users\"\n").contains("nme"));
  EXPECT_TRUE(refusal_of("[queries.q]\nsql = \"SELECT 1; SELECT 2\"\n").contains("'q' cannot be prepared: "));
}

TEST(SavedQueriesAtTheStart, begin_and_end_no_transaction) {
  const std::string said = refusal_of("[queries.q]\nsql = \"BEGIN\"\n");
  EXPECT_TRUE(said.contains("transaction of its own")) << said;
}

TEST(SavedQueriesAtTheStart, are_statements_that_answer_rows) {
  EXPECT_TRUE(refusal_of("[queries.q]\nsql = \"-- SELECT 1\"\n").contains("there is no statement in it"));
  for (const char* sql : {"COPY (SELECT 1 AS x) TO STDOUT", "COPY users FROM STDIN"})
    EXPECT_TRUE(refusal_of("[queries.q]\nwrites = true\nsql = \"" + std::string(sql) + "\"\n").contains("no rows"));
}

TEST(SavedQueriesAtTheStart, must_answer_the_columns_that_they_declare) {
  EXPECT_TRUE(refusal_of("[queries.q]\nsql = \"SELECT 1 AS a\"\nreturns = { b = \"integer\" }\n").contains("'b'"));
  EXPECT_TRUE(refusal_of("[queries.q]\nsql = \"SELECT 1 AS a\"\n").contains("'a'"));
}

TEST(SavedQueriesAtTheStart, that_would_write_must_say_so) {
  if (on_postgres()) return;  // It tells when the query runs: that_do_not_say_that_they_write_change_nothing.
  EXPECT_TRUE(refusal_of("[queries.q]\nsql = \"DELETE FROM users\"\n").contains("would write"));
}

}  // namespace
}  // namespace banyan::scenarios
