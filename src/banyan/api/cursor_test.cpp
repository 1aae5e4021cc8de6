#include "banyan/api/cursor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "banyan/api/base64url.hpp"

namespace banyan::api {
namespace {

class Cursor : public testing::Test {
 protected:
  Cursor() {
    Collection users;
    users.name = "users";
    users.fields = {make_id_field(IdKind::integer),
                    {.name = "name"},
                    {.name = "age", .type = FieldType::integer},
                    {.name = "extra", .type = FieldType::json},
                    {.name = "boss", .type = FieldType::reference}};
    users.fields.back().reference_to = "users";
    Collection others = users;
    others.name = "others";
    schema_.collections = {users, others};
    EXPECT_TRUE(complete(schema_).empty());
  }

  Query query(std::vector<OrderTerm> order = {}) const {
    return {.collection = &schema_.collections.front(), .filter = {}, .order = std::move(order), .embeds = {}};
  }
  std::string cursor(const Query& of, const Record& record, std::size_t bytes_max = 8'000) const {
    return cursor_behind(CursorOrder(of), record, bytes_max).value_or("none");
  }
  static Record record(std::int64_t id, Value name, Value age) {
    return {.version = 1, .values = {id, std::move(name), std::move(age), std::string(R"({"k":"v"})"), Null()}};
  }

  Schema schema_;
};

// The order that stores must have.
bool comes_before(const std::vector<OrderTerm>& order, const Record& a, const Record& b) {
  for (const OrderTerm& term : order) {
    const Value left = value_of(term.field, a);
    const Value right = value_of(term.field, b);
    if (left == right) continue;
    if (is_null(left) || is_null(right)) return is_null(left) == term.nulls_first;
    return (compare_values(left, right) < 0) != term.descending;
  }
  return compare_values(a.values[0], b.values[0]) < 0;
}

TEST_F(Cursor, what_it_matches_is_what_comes_behind_in_every_order) {
  std::vector<Record> records;
  std::int64_t id = 0;
  for (const char* name : {"a", "b", ""})
    for (const std::int64_t age : {0, 7, 9})
      for (int twice = 0; twice < 2; ++twice)
        records.push_back(
            record(++id, *name == 0 ? Value(Null()) : Value(std::string(name)), age == 0 ? Value(Null()) : Value(age)));
  std::vector<std::vector<OrderTerm>> orders{{}};
  for (int bits = 0; bits < 16; ++bits)
    orders.push_back({{1, (bits & 1) != 0, (bits & 2) != 0}, {2, (bits & 4) != 0, (bits & 8) != 0}});
  orders.push_back({{0, true, false}});
  for (const auto& order : orders) {
    std::ranges::sort(records, [&](const Record& a, const Record& b) { return comes_before(order, a, b); });
    for (std::size_t at = 0; at < records.size(); ++at) {
      const CursorOrder list(query(order));
      const auto read = read_cursor(list, cursor(query(order), records[at]));
      ASSERT_TRUE(read);
      EXPECT_EQ(read->id, records[at].values[0]);
      EXPECT_EQ(read->values, values_in(list, records[at]));
      for (std::size_t i = 0; i < records.size(); ++i)
        EXPECT_EQ(matches(behind(list, read->values), records[i]), i > at) << at << " " << i;
    }
  }
}

TEST_F(Cursor, one_of_another_list_is_refused) {
  const std::string made = cursor(query(), record(1, std::string("a"), Null()));
  EXPECT_TRUE(read_cursor(CursorOrder(query()), made));
  Query others = query();
  others.collection = &schema_.collections[1];
  EXPECT_EQ(read_cursor(CursorOrder(others), made).error().message, "cursor: it belongs to another collection.");
  EXPECT_EQ(read_cursor(CursorOrder(query({{1, false, false}})), made).error().message,
            "cursor: it belongs to another order.");
}

TEST_F(Cursor, what_was_not_made_here_is_refused) {
  for (const std::string& text : std::vector<std::string>{"", "x", "a=b", "AAAA", "bnVsbA", std::string(3'000, 'A')})
    EXPECT_EQ(read_cursor(CursorOrder(query()), text).error().reason, "malformed_cursor") << text;
  for (const char* json :
       {"{}", "[1]", R"({"c":"users","o":"id.asc.nullslast","v":[]})",
        R"({"c":"users","o":"id.asc.nullslast","v":[null]})", R"({"c":"users","o":"id.asc.nullslast","v":["x"]})",
        R"({"c":"users","o":"id.asc.nullslast","v":[1,2]})"})
    EXPECT_FALSE(read_cursor(CursorOrder(query()), to_base64url(json))) << json;
  EXPECT_TRUE(read_cursor(CursorOrder(query()), to_base64url(R"({"c":"users","o":"id.asc.nullslast","v":[1]})")));
}

TEST_F(Cursor, texts_within_json_are_continued_and_other_records_are_not) {
  Term text(3);
  text.path = {"k"};
  text.json = Term::Json::text;
  EXPECT_NE(cursor(query({{text, false, false}}), record(1, Null(), Null())), "none");
  EXPECT_EQ(cursor(query({{.field = 1, .of_reference = 4}}), record(1, Null(), Null())), "none");
}

TEST_F(Cursor, of_long_texts_is_the_id_alone) {
  const Query by_name = query({{1, false, false}});
  const std::string made = cursor(by_name, record(7, std::string(5'000, 'x'), Null()));
  EXPECT_LT(made.size(), 200U);
  const auto read = read_cursor(CursorOrder(by_name), made);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, Value(std::int64_t{7}));
  EXPECT_TRUE(read->values.empty()) << "the record has them";
}

TEST_F(Cursor, is_left_out_where_even_the_id_alone_has_no_room) {
  const Record one = record(7, std::string(500, 'x'), Null());
  EXPECT_GT(cursor(query({{1, false, false}}), one, 2'000).size(), 500U);
  EXPECT_LT(cursor(query({{1, false, false}}), one, 200).size(), 200U) << "the id alone";
  EXPECT_EQ(cursor(query({{1, false, false}}), one, 20), "none");
  Term member(3);
  member.path = {std::string(1'900, 'k')};
  member.json = Term::Json::text;
  EXPECT_EQ(cursor(query({{member, false, false}}), one), "none") << "the order is too long itself";
}

TEST(Base64url, is_its_own_inverse) {
  for (const std::string bytes : {"", "a", "ab", "abc", "\xff\xfe\xfd?", "{\"c\":1}"}) {
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
  }
  EXPECT_EQ(to_base64url("\xff\xff"), "__8");
  EXPECT_EQ(from_base64url("__9"), std::nullopt);
  EXPECT_EQ(from_base64url("a"), std::nullopt);
  EXPECT_EQ(from_base64url("a+"), std::nullopt);
}

}  // namespace
}  // namespace banyan::api
