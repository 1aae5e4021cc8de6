#include "banyan/api/rest/body.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace banyan::api::rest {
namespace {

namespace json = boost::json;
using Columns = std::optional<std::vector<std::size_t>>;

class Body : public testing::Test {
 protected:
  Body() {
    Collection collection;
    collection.name = "things";
    collection.fields.push_back(make_id_field(IdKind::integer));
    for (const auto& [name, type] : {std::pair{"name", FieldType::text}, std::pair{"age", FieldType::integer},
                                     std::pair{"extra", FieldType::json}, std::pair{"done", FieldType::boolean}}) {
      Field& field = collection.fields.emplace_back();
      field.name = name;
      field.type = type;
    }
    schema_.collections.push_back(std::move(collection));
    EXPECT_TRUE(complete(schema_).empty());
  }

  const Collection& things() const { return schema_.collections.front(); }
  Result<json::value> read(std::string_view type, std::string_view body, const Columns& columns = std::nullopt) {
    const http::Header header{"Content-Type", type};
    http::Request request;
    request.headers = {&header, 1};
    request.body = body;
    return records_of(request, things(), columns, 10);
  }
  std::string text(const Result<json::value>& body) { return body ? json::serialize(*body) : body.error().reason; }

  Schema schema_;
};

TEST_F(Body, of_csv_has_values_as_their_fields_take_them) {
  EXPECT_EQ(text(read("text/csv", "name,age,extra,done,other\n1,2,\"{\"\"a\"\":1}\",true,x\n,NULL,,,\n\"\",old,,,\n")),
            R"([{"name":"1","age":2,"extra":{"a":1},"done":true,"other":"x"},)"
            R"({"name":null,"age":null,"extra":null,"done":null,"other":null},)"
            R"({"name":"","age":"old","extra":null,"done":null,"other":null}])");
}

TEST_F(Body, of_a_form_is_one_record) {
  EXPECT_EQ(text(read("application/x-www-form-urlencoded", "name=a+b&age=7")), R"({"name":"a b","age":7})");
  EXPECT_EQ(text(read("application/x-www-form-urlencoded", "name=a&name=b")), "malformed_form");
  EXPECT_EQ(text(read("application/x-www-form-urlencoded", "name=%zz")), "malformed_form");
}

TEST_F(Body, of_many_objects_must_name_the_same_members_unless_columns_do) {
  constexpr std::string_view different = R"([{"name":"a"},{"age":1}])";
  EXPECT_EQ(text(read("application/json", different)), "malformed_json");
  EXPECT_EQ(text(read("application/json", R"([{"name":"a"},7])")), "malformed_json");
  EXPECT_EQ(text(read("application/json", R"([7])")), "malformed_json");
  EXPECT_EQ(text(read("application/json", different, Columns({1, 2}))), R"([{"name":"a"},{"age":1}])");
  EXPECT_EQ(text(read("application/json", R"([{"name":"a","age":1},{"age":2,"name":"b"}])")),
            R"([{"name":"a","age":1},{"age":2,"name":"b"}])");
}

TEST_F(Body, columns_are_names_with_or_without_quotes) {
  EXPECT_EQ(*field_list(things(), "columns", "\"name\",age,name"), (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(*field_list(things(), "columns", " name , \"age\" "), (std::vector<std::size_t>{1, 2}));
  for (const std::string_view wrong : {"", "name,", "nmae", "\"name", "name age"})
    EXPECT_EQ(field_list(things(), "columns", wrong).error().reason, "unknown_field") << wrong;
}

TEST_F(Body, of_a_patch_is_one_object_and_columns_say_what_of_it_counts) {
  const auto changes = [&](std::string_view body, const Columns& columns = std::nullopt) {
    return text(changes_of(json::parse(body), things(), columns));
  };
  EXPECT_EQ(changes(R"([{"name":"a"}])"), R"({"name":"a"})");
  EXPECT_EQ(changes("[]"), "{}");
  EXPECT_EQ(changes(R"({"name":"a","other":1})", Columns({1, 2})), R"({"name":"a","age":null})");
  EXPECT_EQ(changes_of(json::parse("[{},{}]"), things(), std::nullopt).error().code, ErrorCode::unsupported);
}

}  // namespace
}  // namespace banyan::api::rest
