#include <limits>

#include "tests/contracts/record_store_contract.hpp"

// What goes in comes out: every type, at its edges.
namespace banyan::contracts {

bool link_contract_values() { return true; }

namespace {

constexpr auto integer_min = std::numeric_limits<std::int64_t>::min();
constexpr auto integer_max = std::numeric_limits<std::int64_t>::max();

TEST_P(RecordStoreContract, a_new_record_is_answered_as_it_was_stored_and_found_the_same) {
  const Changed created = must_apply(creation("users", every_type()));
  ASSERT_TRUE(created.record.has_value());
  EXPECT_EQ(created.key.collection, &collection("users"));
  EXPECT_EQ(created.record->values.at(0), created.key.id);
  EXPECT_EQ(created.record->version, created.version);
  ASSERT_EQ(created.record->values.size(), collection("users").fields.size());
  for (const auto& [name, value] : every_type()) EXPECT_EQ(created.record->values[field("users", name)], value) << name;
  EXPECT_EQ(must_find("users", created.key.id), *created.record);
}

TEST_P(RecordStoreContract, a_record_that_never_was_is_not_found) {
  for (const Value& id : {integer(1), integer(0), integer(-1), integer(integer_max), integer(integer_min)}) {
    const auto found = find("users", id);
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().code, ErrorCode::not_found);
  }
  const auto found = find("tags", uuid(1));
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, ErrorCode::not_found);
}

TEST_P(RecordStoreContract, a_record_with_a_uuid_is_found_by_it) {
  const Value id = make("tags", {{"id", uuid(12)}, {"label", text("cpp")}});
  EXPECT_EQ(id, uuid(12));
  EXPECT_EQ(value_of("tags", uuid(12), "label"), text("cpp"));
  EXPECT_FALSE(exists("tags", uuid(13)));
}

TEST_P(RecordStoreContract, a_field_that_may_be_null_keeps_null) {
  const Value id = make("users", {{"name", text("Nobody")}});
  for (const Field& each : collection("users").fields) {
    if (each.required || each.role != FieldRole::ordinary) continue;
    EXPECT_TRUE(is_null(value_of("users", id, each.name))) << each.name;
  }
}

TEST_P(RecordStoreContract, integers_keep_all_their_64_bits) {
  for (const std::int64_t value : {integer_min, integer_min + 1, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1},
                                   std::int64_t{9007199254740993}, integer_max - 1, integer_max}) {
    const Value id = make("users", {{"age", integer(value)}});
    EXPECT_EQ(value_of("users", id, "age"), integer(value));
    EXPECT_EQ(ids(query("users", where("users", "age", CompareOp::eq, {integer(value)}))), std::vector<Value>{id});
  }
}

TEST_P(RecordStoreContract, numbers_keep_every_bit_and_stay_numbers) {
  constexpr auto denormal = std::numeric_limits<double>::denorm_min();
  for (const double value :
       {0.0, 1.0, -1.0, 3.0, 0.1, 1e308, -1e308, std::numeric_limits<double>::max(), std::numeric_limits<double>::min(),
        denormal, -denormal, 123456789.123456789, 1e15, 1e21, 9007199254740993.0, 0.30000000000000004}) {
    const Value id = make("users", {{"score", value}});
    const Value kept = value_of("users", id, "score");
    ASSERT_TRUE(std::holds_alternative<double>(kept)) << "a whole number must not come back as an integer";
    EXPECT_EQ(std::get<double>(kept), value);
    EXPECT_EQ(ids(query("users", where("users", "score", CompareOp::eq, {value}))), std::vector<Value>{id});
  }
}

TEST_P(RecordStoreContract, booleans_stay_booleans) {
  for (const bool value : {true, false}) {
    const Value id = make("users", {{"active", value}});
    EXPECT_EQ(value_of("users", id, "active"), Value(value));
  }
}

TEST_P(RecordStoreContract, text_keeps_every_byte) {
  std::string every_ascii;
  for (char c = 1; c < 127; ++c) every_ascii += c;
  const std::string texts[] = {"",
                               " ",
                               "  two spaces around  ",
                               "line\nline\r\nline\ttab",
                               "it's \"quoted\" and `so` on",
                               "back\\slash \\\\ \\' \\n \\u0041",
                               "'; DROP TABLE users; --",
                               "%_*?[]",
                               "$1 :name @name ?1 {}",
                               "123",
                               "1e5",
                               "0x10",
                               "null",
                               "true",
                               "é e\xCC\x81 ß ﬁ İ ı",
                               "\xF0\x9F\x8C\xB3\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80",
                               "\xEF\xBB\xBF begins with a byte order mark",
                               "\xF4\x8F\xBF\xBF the last code point",
                               "\xE2\x80\xAE right to left",
                               every_ascii,
                               std::string(2'300, 'x')};
  for (const std::string& value : texts) {
    const Value id = make("users", {{"name", value}});
    EXPECT_EQ(value_of("users", id, "name"), Value(value)) << value.substr(0, 100);
    const auto found = ids(query("users", where("users", "name", CompareOp::eq, {value})));
    EXPECT_EQ(found, std::vector<Value>{id}) << value.substr(0, 100);
  }
}

TEST_P(RecordStoreContract, text_outside_of_an_index_may_be_long) {
  // A hundred thousand texts that no compression makes small.
  std::string value;
  for (int i = 0; i < 100'000; ++i) value += std::to_string(i * 7919 % 104729) + "\xC3\xA9";
  const Value post = make("posts");
  const Value id = make("comments", {{"post", post}, {"body", value}});
  EXPECT_EQ(value_of("comments", id, "body"), Value(value));
  EXPECT_EQ(ids(query("comments", where("comments", "body", CompareOp::eq, {value}))), std::vector<Value>{id});
}

TEST_P(RecordStoreContract, an_empty_text_is_not_null) {
  const Value id = make("users", {{"handle", text("")}});
  EXPECT_EQ(value_of("users", id, "handle"), text(""));
  EXPECT_TRUE(ids(query("users", where("users", "handle", CompareOp::is_null))).empty());
}

TEST_P(RecordStoreContract, canonical_json_comes_back_byte_by_byte) {
  for (const std::string_view value :
       {"null", "true", "0", "-12.5", "1e+300", "\"\"", "[]", "{}", R"([[[[]]]])", R"("\"\\\n\u0001é")",
        R"({"":1,"A":{"z":[{"deep":[[],{}]}]},"a":"b","é":"\t"})", R"([9007199254740993,0.1,1e-07])"}) {
    const Value id = make("users", {{"settings", text(value)}});
    EXPECT_EQ(value_of("users", id, "settings"), text(value));
  }
}

TEST_P(RecordStoreContract, times_come_back_to_the_microsecond) {
  for (const std::string_view value : {"0001-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z",
                                       "2024-02-29T12:30:00.000001Z", "9999-12-31T23:59:59.999999Z"}) {
    const Value id = make("users", {{"seen_at", text(value)}, {"born", text(value.substr(0, 10))}});
    EXPECT_EQ(value_of("users", id, "seen_at"), text(value));
    EXPECT_EQ(value_of("users", id, "born"), text(value.substr(0, 10)));
  }
}

TEST_P(RecordStoreContract, references_hold_integer_ids_and_uuids_alike) {
  const Value author = make("users");
  const Value post = make("posts", {{"author", author}});
  const Value tag = make("tags", {{"id", uuid(1)}});
  const Value tagging = make("taggings", {{"post", post}, {"tag", tag}});
  EXPECT_EQ(value_of("posts", post, "author"), author);
  EXPECT_EQ(value_of("taggings", tagging, "post"), post);
  EXPECT_EQ(value_of("taggings", tagging, "tag"), tag);
}

}  // namespace
}  // namespace banyan::contracts
