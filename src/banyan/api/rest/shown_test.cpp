#include "banyan/api/rest/shown.hpp"

#include <gtest/gtest.h>

#include "banyan/api/query/page_json.hpp"

namespace banyan::api::rest {
namespace {

using Form = Representation::Form;

class Shown : public testing::Test {
 protected:
  Shown() {
    Collection collection;
    collection.name = "things";
    collection.fields.push_back(make_id_field(IdKind::integer));
    for (const auto& [name, type] : {std::pair{"name", FieldType::text}, std::pair{"extra", FieldType::json},
                                     std::pair{"done", FieldType::boolean}}) {
      Field& field = collection.fields.emplace_back();
      field.name = name;
      field.type = type;
    }
    schema_.collections.push_back(std::move(collection));
    EXPECT_TRUE(complete(schema_).empty());
    selection_ = select_all(schema_.collections.front());
  }

  void add(std::int64_t id, Value name, Value extra, Value done) {
    page_.records.push_back({.version = 1, .values = {id, std::move(name), std::move(extra), std::move(done)}});
  }
  std::string shown_as(Form form, bool nulls_stripped = false) {
    const auto text = shown({form, nulls_stripped}, selection_, page_);
    return text ? *text : text.error().reason;
  }

  Schema schema_;
  Selection selection_;
  RecordPage page_;
};

TEST_F(Shown, records_are_an_array_or_the_one_an_object) {
  EXPECT_EQ(shown_as(Form::array), "[]");
  EXPECT_EQ(shown_as(Form::object), "not_single");
  add(1, std::string("a"), Null(), true);
  EXPECT_EQ(shown_as(Form::object), R"({"id":1,"name":"a","extra":null,"done":true})");
  add(2, std::string("b"), Null(), Null());
  EXPECT_EQ(shown_as(Form::object), "not_single");
}

TEST_F(Shown, csv_tells_null_from_empty_text) {
  EXPECT_EQ(shown_as(Form::csv), "id,name,extra,done");
  add(1, std::string(""), std::string(R"({"a":"b"})"), true);
  add(2, Null(), Null(), Null());
  add(3, std::string("x,\"y\"\n"), std::string(R"("text")"), false);
  EXPECT_EQ(
      shown_as(Form::csv),
      "id,name,extra,done\n1,\"\",\"{\"\"a\"\":\"\"b\"\"}\",true\n2,,,\n3,\"x,\"\"y\"\"\n\",\"\"\"text\"\"\",false");
}

TEST_F(Shown, csv_is_bounded_as_json_is) {
  add(1, std::string(answer_bytes_max / 4, '"'), Null(), true);
  EXPECT_LT(shown_as(Form::csv).size(), answer_bytes_max);
  add(2, std::string(answer_bytes_max / 4, '"'), Null(), true);
  EXPECT_EQ(shown_as(Form::csv), "page_too_large");
  EXPECT_EQ(shown_as(Form::array), "page_too_large");
}

TEST_F(Shown, hidden_members_are_left_out_of_json_and_empty_in_csv) {
  add(1, Null(), Null(), true);
  page_.hidden = {{1}};
  EXPECT_EQ(shown_as(Form::array), R"([{"id":1,"extra":null,"done":true}])");
  EXPECT_EQ(shown_as(Form::csv), "id,name,extra,done\n1,,,true");
}

TEST_F(Shown, nulls_are_stripped_at_any_depth) {
  add(1, Null(), std::string(R"({"a":null,"b":[null,{"c":null,"d":1}]})"), Null());
  EXPECT_EQ(shown_as(Form::array, true), R"([{"id":1,"extra":{"b":[null,{"d":1}]}}])");
}

TEST(WithoutNulls, leaves_texts_and_elements_as_they_are) {
  EXPECT_EQ(without_nulls(R"({"a":null})"), "{}");
  EXPECT_EQ(without_nulls(R"({"a":null,"b":null,"c":1})"), R"({"c":1})");
  EXPECT_EQ(without_nulls(R"({"c":1,"a":null})"), R"({"c":1})");
  EXPECT_EQ(without_nulls(R"([null,"a\":null",{"b\\":null,"c\"":"null"}])"), R"([null,"a\":null",{"c\"":"null"}])");
  EXPECT_EQ(without_nulls("\"broken"), "\"broken");
}

}  // namespace
}  // namespace banyan::api::rest
