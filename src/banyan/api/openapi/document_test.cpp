#include "banyan/api/openapi/document.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include "banyan/api/openapi/database_types.hpp"
#include "banyan/api/openapi/page.hpp"

namespace banyan::openapi {
namespace {

namespace json = boost::json;

Field field(std::string name, FieldType type) {
  Field made;
  made.name = std::move(name);
  made.type = type;
  if (type == FieldType::integer) made.storage = Field::Storage::integer;
  if (type == FieldType::boolean) made.storage = Field::Storage::boolean;
  return made;
}

class OpenApi : public testing::Test {
 protected:
  OpenApi() {
    Collection users;
    users.name = "users";
    users.fields = {make_id_field(IdKind::integer), field("name", FieldType::text), field("age", FieldType::integer),
                    field("role", FieldType::enumeration), make_time_field(FieldRole::created_at)};
    users.fields[1].required = true;
    users.fields[1].max_length = 50;
    users.fields[1].pattern_text = "[A-Z].*";
    users.fields[2].min = std::int64_t{0};
    users.fields[3].enum_values = {"member", "admin"};
    users.fields[3].default_value = Field::Default{Value("member")};
    users.policy.access = {Access::anyone, Access::anyone, Access::nobody, Access::nobody};
    Collection notes;
    notes.name = "notes";
    notes.id_kind = IdKind::uuid;
    notes.fields = {make_id_field(IdKind::uuid), field("user", FieldType::reference), field("extra", FieldType::json)};
    notes.fields[1].reference_to = "users";
    notes.fields[1].unique = true;
    schema_.collections = {std::move(users), std::move(notes)};
    EXPECT_TRUE(complete(schema_).empty());
  }

  json::value document() const { return json::parse(make_document(description())); }
  Description description() const {
    return {.schema = schema_, .queries = queries_, .application = "a <b>", .version = "1"};
  }
  json::value at(const char* pointer) const {
    boost::system::error_code error;
    const json::value whole = document();
    const json::value* found = whole.find_pointer(pointer, error);
    return found == nullptr ? json::value("nothing") : *found;
  }

  Schema schema_;
  std::vector<SavedQuery> queries_;
};

TEST_F(OpenApi, gives_the_same_bytes_for_the_same_schema) {
  EXPECT_EQ(make_document(description()), make_document(description()));
  EXPECT_EQ(make_page(description()), make_page(description()));
  EXPECT_EQ(make_database_types(schema_, queries_), make_database_types(schema_, queries_));
}

TEST_F(OpenApi, tells_of_positions_where_they_are_kept) {
  const auto made = [&](bool positions) {
    Description with = description();
    with.positions = positions;
    return make_document(with);
  };
  EXPECT_EQ(made(false).find("Banyan-Position"), std::string::npos);
  const json::value whole = json::parse(made(true));
  const json::object& answer = whole.at("paths").at("/users").at("get").at("responses").at("200").as_object();
  EXPECT_TRUE(answer.at("headers").as_object().contains("Banyan-Position"));
  EXPECT_TRUE(whole.at("components").at("headers").as_object().contains("Banyan-Position"));
  const json::array& parameters = whole.at("paths").at("/batch").at("post").at("parameters").as_array();
  EXPECT_EQ(parameters.back().at("name"), "Banyan-Position");
  const json::object& health = whole.at("paths").at("/health").at("get").as_object();
  EXPECT_FALSE(health.contains("parameters"));
}

TEST_F(OpenApi, says_what_a_field_takes) {
  EXPECT_EQ(at("/components/schemas/users.create/properties/name"),
            json::parse(R"({"type":"string","maxLength":50,"pattern":"^(?:[A-Z][^\\n]*)$"})"));
  EXPECT_EQ(at("/components/schemas/users.create/properties/age"),
            json::parse(R"({"type":["integer","null"],"format":"int64","minimum":0})"));
  EXPECT_EQ(at("/components/schemas/users.create/properties/role"),
            json::parse(R"({"type":["string","null"],"enum":["member","admin",null],"default":"member"})"));
  EXPECT_EQ(at("/components/schemas/notes/properties/user/type"), json::parse(R"(["integer","null"])"));
}

TEST_F(OpenApi, requires_of_an_input_what_has_no_default_and_of_an_answer_every_field) {
  EXPECT_EQ(at("/components/schemas/users.create/required"), json::parse(R"(["name"])"));
  EXPECT_EQ(at("/components/schemas/users/required"), json::parse(R"(["id","name","age","role","created_at"])"));
  EXPECT_EQ(at("/components/schemas/users.update/required"), "nothing");
}

TEST_F(OpenApi, takes_of_no_input_what_banyan_sets_itself) {
  EXPECT_EQ(at("/components/schemas/users.create/properties/id"), "nothing");
  EXPECT_EQ(at("/components/schemas/users.create/properties/created_at"), "nothing");
  EXPECT_EQ(at("/components/schemas/users/properties/id/readOnly"), json::value(true));
}

TEST_F(OpenApi, takes_the_id_of_a_creation_where_it_may_be_chosen) {
  EXPECT_EQ(at("/components/schemas/notes.create/properties/id/format"), "uuid");
  EXPECT_EQ(at("/components/schemas/notes.create/required"), "nothing");
  EXPECT_EQ(at("/components/schemas/notes.replace/properties/id"), "nothing");
  EXPECT_EQ(at("/components/schemas/users.replace"), "nothing");
  const char* body = "/paths/~1notes~1{id}/put/requestBody/content/application~1json/schema/$ref";
  EXPECT_EQ(at(body), "#/components/schemas/notes.replace");
}

TEST_F(OpenApi, says_that_records_in_a_batch_have_members) {
  EXPECT_EQ(at("/components/schemas/Batch/properties/operations/items/properties/body/additionalProperties"), true);
  EXPECT_EQ(at("/components/schemas/BatchAnswer/properties/body/additionalProperties"), true);
}

TEST_F(OpenApi, says_how_much_may_be_skipped) {
  const json::value whole = document();
  for (const json::value& parameter : whole.at("paths").at("/users").at("get").at("parameters").as_array())
    if (parameter.at("name") == "offset")
      EXPECT_EQ(parameter.at("schema").at("maximum"), json::value(1'000'000'000'000));
}

TEST_F(OpenApi, asks_for_the_key_where_nobody_else_may) {
  EXPECT_EQ(at("/paths/~1users/get/security"), json::parse(R"([{},{"bearer":[]},{"apikey":[]}])"));
  EXPECT_EQ(at("/paths/~1users~1{id}/patch/security"), json::parse(R"([{"bearer":[]},{"apikey":[]}])"));
  EXPECT_EQ(at("/paths/~1users~1{id}/patch/x-banyan-access"), "service");
}

TEST_F(OpenApi, does_not_require_what_a_rule_may_hide_and_keeps_the_rule_to_itself) {
  schema_.collections[0].fields[2].read_text = "record.name == 'a secret name'";
  EXPECT_EQ(at("/components/schemas/users/required"), json::parse(R"(["id","name","role","created_at"])"));
  EXPECT_EQ(at("/components/schemas/users/properties/age/x-banyan-access"), "rule");
  EXPECT_FALSE(make_document(description()).contains("a secret name"));
  EXPECT_FALSE(make_page(description()).contains("a secret name"));
  EXPECT_TRUE(make_database_types(schema_, queries_).contains("age?: number | null;"));
}

TEST_F(OpenApi, answers_without_a_record_only_where_it_may_not_be_read) {
  EXPECT_EQ(at("/paths/~1users~1{id}/patch/responses/204"), "nothing");
  EXPECT_NE(at("/paths/~1notes~1{id}/patch/responses/204"), "nothing");
}

TEST_F(OpenApi, shows_on_the_page_nothing_that_a_browser_would_take_for_markup) {
  const std::string page = make_page(description());
  EXPECT_TRUE(page.contains("a &lt;b&gt;"));
  EXPECT_FALSE(page.contains("a <b>"));
  EXPECT_FALSE(page.contains("<script"));
}

TEST_F(OpenApi, has_a_path_for_a_saved_query_and_reads_with_get_only_what_does_not_write) {
  SavedQuery query;
  query.name = "top";
  query.parameters = {field("since", FieldType::date), field("least", FieldType::integer)};
  query.parameters[1].required = true;
  query.columns = {field("name", FieldType::text)};
  queries_.push_back(query);
  query.name = "purge";
  query.writes = true;
  queries_.push_back(query);
  EXPECT_EQ(at("/components/schemas/rpc.top.arguments/required"), json::parse(R"(["least"])"));
  EXPECT_EQ(at("/paths/~1rpc~1top/get/parameters/0/schema"), json::parse(R"({"type":"string","format":"date"})"));
  EXPECT_EQ(at("/paths/~1rpc~1top/post/x-banyan-access"), "service");
  EXPECT_EQ(at("/paths/~1rpc~1purge/get"), "nothing");
  const std::string types = make_database_types(schema_, queries_);
  EXPECT_TRUE(types.contains("least: number;"));
  EXPECT_TRUE(types.contains("since?: string | null;"));
}

TEST_F(OpenApi, says_of_each_parameter_of_a_saved_query_what_it_takes_in_a_url) {
  SavedQuery query;
  query.name = "top";
  query.parameters = {field("since", FieldType::date), field("extra", FieldType::json)};
  query.parameters[0].min = Value("2026-01-01");
  query.parameters[1].default_value = Field::Default{Value(R"({"a":1})")};
  queries_.push_back(query);
  EXPECT_EQ(at("/paths/~1rpc~1top/get/parameters/0/description"), "A value, as it is. Not before 2026-01-01.");
  EXPECT_EQ(at("/paths/~1rpc~1top/get/parameters/1/name"), "extra");
  EXPECT_EQ(at("/paths/~1rpc~1top/get/parameters/1/schema"),
            json::parse(R"({"type":"string","contentMediaType":"application/json","default":"{\"a\":1}"})"));
}

TEST_F(OpenApi, quotes_columns_of_saved_queries_that_are_no_names_in_typescript) {
  SavedQuery query;
  query.name = "sums";
  for (const char* name : {"plain_2", "2a", "b:c", "a-b", "é x", "\"", "$"})
    query.columns.push_back(field(name, FieldType::integer));
  queries_.push_back(query);
  const std::string types = make_database_types(schema_, queries_);
  for (const char* property : {"plain_2", R"("2a")", R"("b:c")", R"("a-b")", R"("é x")", R"("\"")", R"("$")"})
    EXPECT_TRUE(types.contains(" " + std::string(property) + ": number | null;")) << property;
}

TEST_F(OpenApi, becomes_the_database_type_of_supabase) {
  const std::string types = make_database_types(schema_, queries_);
  EXPECT_TRUE(types.contains("role: Database[\"public\"][\"Enums\"][\"users.role\"] | null;"));
  EXPECT_TRUE(types.contains("\"users.role\": \"member\" | \"admin\";"));
  EXPECT_TRUE(types.contains("isOneToOne: true;"));
  EXPECT_TRUE(types.contains("extra?: Json | null;"));
  EXPECT_TRUE(types.contains("__InternalSupabase: { PostgrestVersion: \"13\" };"));
  EXPECT_FALSE(types.contains("never;\n"));
  const auto user_input = [&](std::string_view name) {
    const std::string head = "      " + std::string(name) + ": {\n";
    const std::size_t start = types.find(head) + head.size();
    return types.substr(start, types.find('}', start) - start);
  };
  EXPECT_TRUE(user_input("Insert").contains("id?: number;\n"));
  EXPECT_TRUE(user_input("Insert").contains("created_at?: string | null;\n"));
  EXPECT_TRUE(user_input("Update").contains("id?: number;\n"));
  EXPECT_TRUE(user_input("Update").contains("created_at?: string | null;\n"));
}

}  // namespace
}  // namespace banyan::openapi
