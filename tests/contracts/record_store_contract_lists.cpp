#include <algorithm>
#include <limits>

#include "tests/contracts/record_store_contract.hpp"

// Filters with SQL's three values, orders that are total, pages that meet.
namespace banyan::contracts {

bool link_contract_lists() { return true; }

namespace {

using Ids = std::vector<Value>;

Filter group(Filter::Kind kind, std::vector<Filter> children) {
  Filter filter;
  filter.kind = kind;
  filter.children = std::move(children);
  return filter;
}
Filter all_of(std::vector<Filter> children) { return group(Filter::Kind::all, std::move(children)); }
Filter any_of(std::vector<Filter> children) { return group(Filter::Kind::any, std::move(children)); }

/// Three records whose field is least, middle and greatest, and a fourth where it is null.
struct Ladder {
  std::string_view field;
  Value low;
  Value middle;
  Value high;
};
std::vector<Ladder> ladders() {
  return {{"age", integer(std::numeric_limits<std::int64_t>::min()), integer(-1), integer(9007199254740993)},
          {"score", -1e308, 0.0, std::numeric_limits<double>::denorm_min()},
          {"active", false, false, true},
          {"handle", text("Zebra"), text("zebra"), text("\xC3\xA9t\xC3\xA9")},
          {"email", text(""), text("a"), text("a b")},
          {"role", text("admin"), text("guest"), text("member")},
          {"born", text("0999-12-31"), text("1970-01-01"), text("2026-11-23")},
          {"seen_at", text("1969-12-31T23:59:59.999999Z"), text("1970-01-01T00:00:00.000000Z"),
           text("2026-11-23T18:17:05.000001Z")},
          {"external", uuid(1), uuid(9), uuid(10)},
          {"homepage", text("http://a"), text("https://a"), text("https://a/b")}};
}

TEST_P(RecordStoreContract, every_comparison_means_the_same_on_every_type) {
  for (const Ladder& rung : ladders()) {
    const Value low = make("users", {{rung.field, rung.low}});
    const Value middle = make("users", {{rung.field, rung.middle}});
    const Value high = make("users", {{rung.field, rung.high}});
    const Value none = make("users");
    const bool boolean = rung.field == "active";
    const Ids lows = boolean ? Ids{low, middle} : Ids{middle};
    const auto expect = [&](CompareOp op, const Ids& expected, const Ids& otherwise) {
      const Filter filter = where("users", rung.field, op, {rung.middle});
      EXPECT_EQ(ids(query("users", filter)), expected) << rung.field << " op " << static_cast<int>(op);
      EXPECT_EQ(ids(query("users", Filter::negate(filter))), otherwise)
          << rung.field << " not op " << static_cast<int>(op);
    };
    if (boolean) {
      expect(CompareOp::eq, {low, middle}, {high});
      expect(CompareOp::neq, {high}, {low, middle});
      expect(CompareOp::gt, {high}, {low, middle});
      expect(CompareOp::lte, {low, middle}, {high});
    } else {
      expect(CompareOp::eq, {middle}, {low, high});
      expect(CompareOp::neq, {low, high}, {middle});
      expect(CompareOp::gt, {high}, {low, middle});
      expect(CompareOp::gte, {middle, high}, {low});
      expect(CompareOp::lt, {low}, {middle, high});
      expect(CompareOp::lte, {low, middle}, {high});
      expect(CompareOp::in, {middle}, {low, high});
    }
    const Filter null = where("users", rung.field, CompareOp::is_null);
    EXPECT_EQ(ids(query("users", null)), Ids{none}) << rung.field;
    EXPECT_EQ(ids(query("users", Filter::negate(null))), (Ids{low, middle, high})) << rung.field;
    for (const Value& id : {low, middle, high, none}) must_apply(removal("users", id));
  }
}

TEST_P(RecordStoreContract, references_and_ids_are_compared_as_the_ids_that_they_are) {
  const Value ann = make("users");
  const Value bob = make("users", {{"boss", ann}});
  EXPECT_EQ(ids(query("users", where("users", "boss", CompareOp::eq, {ann}))), Ids{bob});
  EXPECT_EQ(ids(query("users", where("users", "id", CompareOp::gt, {ann}))), Ids{bob});
  EXPECT_EQ(ids(query("users", where("users", "id", CompareOp::in, {bob, ann, integer(99)}))), (Ids{ann, bob}));
  make("tags", {{"id", uuid(2)}});
  make("tags", {{"id", uuid(1)}, {"parent", uuid(2)}});
  EXPECT_EQ(ids(query("tags", where("tags", "parent", CompareOp::eq, {uuid(2)}))), Ids{uuid(1)});
  EXPECT_EQ(ids(query("tags", where("tags", "id", CompareOp::lte, {uuid(1)}))), Ids{uuid(1)});
}

TEST_P(RecordStoreContract, in_takes_none_one_or_many_operands) {
  Ids made;
  for (int i = 0; i < 5; ++i) made.push_back(make("users", {{"age", integer(i)}}));
  const Value none = make("users");
  EXPECT_EQ(ids(query("users", where("users", "age", CompareOp::in))), Ids());
  EXPECT_EQ(ids(query("users", Filter::negate(where("users", "age", CompareOp::in)))).size(), 6U)
      << "nothing is compared, so nothing is unknown";
  EXPECT_EQ(ids(query("users", where("users", "age", CompareOp::in, {integer(3)}))), Ids{made[3]});
  EXPECT_EQ(ids(query("users", where("users", "age", CompareOp::in, {integer(4), integer(0), integer(4)}))),
            (Ids{made[0], made[4]}));
  EXPECT_EQ(ids(query("users", Filter::negate(where("users", "age", CompareOp::in, {integer(4), integer(0)})))),
            (Ids{made[1], made[2], made[3]}));
  std::vector<Value> many;
  for (int i = 2; i < 500; ++i) many.push_back(integer(i));
  EXPECT_EQ(ids(query("users", where("users", "age", CompareOp::in, many))), (Ids{made[2], made[3], made[4]}));
}

TEST_P(RecordStoreContract, is_true_and_is_false_are_never_unknown) {
  const Value yes = make("users", {{"active", true}});
  const Value no = make("users", {{"active", false}});
  const Value none = make("users");
  const Filter is_true = where("users", "active", CompareOp::is_true);
  const Filter is_false = where("users", "active", CompareOp::is_false);
  EXPECT_EQ(ids(query("users", is_true)), Ids{yes});
  EXPECT_EQ(ids(query("users", is_false)), Ids{no});
  EXPECT_EQ(ids(query("users", Filter::negate(is_true))), (Ids{no, none}));
  EXPECT_EQ(ids(query("users", Filter::negate(is_false))), (Ids{yes, none}));
}

TEST_P(RecordStoreContract, the_negation_of_a_comparison_with_null_does_not_match_either) {
  make("users");
  for (const CompareOp op : {CompareOp::eq, CompareOp::neq, CompareOp::gt, CompareOp::gte, CompareOp::lt,
                             CompareOp::lte, CompareOp::in, CompareOp::like, CompareOp::ilike}) {
    const Filter filter = where("users", "handle", op, {text("%")});
    EXPECT_EQ(ids(query("users", filter)), Ids()) << static_cast<int>(op);
    EXPECT_EQ(ids(query("users", Filter::negate(filter))), Ids()) << static_cast<int>(op);
    EXPECT_EQ(ids(query("users", Filter::negate(Filter::negate(filter)))), Ids()) << static_cast<int>(op);
  }
}

TEST_P(RecordStoreContract, all_and_any_follow_the_truth_tables_of_sql) {
  const Value id = make("users");
  const Filter yes = all_of({});
  const Filter no = any_of({});
  const Filter unknown = where("users", "age", CompareOp::eq, {integer(1)});
  const auto expect = [&](const Filter& filter, bool direct, bool negated) {
    EXPECT_EQ(ids(query("users", filter)), direct ? Ids{id} : Ids());
    EXPECT_EQ(ids(query("users", Filter::negate(filter))), negated ? Ids{id} : Ids());
  };
  expect(yes, true, false);
  expect(no, false, true);
  expect(unknown, false, false);
  expect(all_of({yes, unknown}), false, false);
  expect(all_of({no, unknown}), false, true);
  expect(all_of({unknown, no}), false, true);
  expect(any_of({yes, unknown}), true, false);
  expect(any_of({unknown, yes}), true, false);
  expect(any_of({no, unknown}), false, false);
}

TEST_P(RecordStoreContract, filters_nest) {
  Ids made;
  for (int i = 0; i < 8; ++i) {
    made.push_back(
        make("users", {{"age", integer(i)}, {"active", i % 2 == 0}, {"score", i < 4 ? Value(1.0 * i) : Value()}}));
  }
  const auto age = [&](CompareOp op, int operand) { return where("users", "age", op, {integer(operand)}); };
  const Filter even = where("users", "active", CompareOp::is_true);
  const Filter low_score = where("users", "score", CompareOp::lt, {2.0});
  EXPECT_EQ(ids(query("users", all_of({any_of({age(CompareOp::lt, 2), age(CompareOp::gt, 5)}), even}))),
            (Ids{made[0], made[6]}));
  EXPECT_EQ(ids(query("users", Filter::negate(any_of({even, all_of({age(CompareOp::gt, 2), age(CompareOp::lt, 6)})})))),
            (Ids{made[1], made[7]}));
  EXPECT_EQ(ids(query("users", Filter::negate(all_of({even, Filter::negate(low_score)})))),
            (Ids{made[0], made[1], made[3], made[5], made[7]}))
      << "unknown on an odd record is settled by `even`, on an even one it is not";
  Filter deep = age(CompareOp::eq, 3);
  for (int i = 0; i < 40; ++i) deep = i % 2 == 0 ? Filter::negate(all_of({deep})) : any_of({deep});
  EXPECT_EQ(ids(query("users", deep)), Ids{made[3]});
}

struct LikeCase {
  std::string_view pattern;
  std::vector<std::string_view> like;
  std::vector<std::string_view> ilike;
};

TEST_P(RecordStoreContract, like_and_ilike_match_by_code_points_and_fold_ascii_only) {
  for (const std::string_view name : {"Alice", "alice", "ALICE", "al", "100%", "1000", "a_b", "axb", "a\\b", "",
                                      "\xC3\x89ric", "\xC3\xA9ric", "x\ny", "[a]*?", "a\\"}) {
    make("users", {{"name", text(name)}});
  }
  const LikeCase cases[] = {
      {"Al%", {"Alice"}, {"Alice", "alice", "ALICE", "al"}},
      {"alice", {"alice"}, {"Alice", "alice", "ALICE"}},
      {"%LIC%", {"ALICE"}, {"Alice", "alice", "ALICE"}},
      {"_____", {"Alice", "alice", "ALICE", "[a]*?"}, {"Alice", "alice", "ALICE", "[a]*?"}},
      {"_ric", {"\xC3\x89ric", "\xC3\xA9ric"}, {"\xC3\x89ric", "\xC3\xA9ric"}},
      {"\xC3\xA9%", {"\xC3\xA9ric"}, {"\xC3\xA9ric"}},
      {"100\\%", {"100%"}, {"100%"}},
      {"100%", {"100%", "1000"}, {"100%", "1000"}},
      {"a\\_b", {"a_b"}, {"a_b"}},
      {"A_B", {}, {"a_b", "axb", "a\\b"}},
      {"a\\\\b", {"a\\b"}, {"a\\b"}},
      {"\\a\\l", {"al"}, {"al"}},
      {"a\\", {"a\\"}, {"a\\"}},
      {"", {""}, {""}},
      {"x%y", {"x\ny"}, {"x\ny"}},
      {"x_y", {"x\ny"}, {"x\ny"}},
      {"[a]*?", {"[a]*?"}, {"[a]*?"}},
      {"[a]%", {"[a]*?"}, {"[a]*?"}},
      {"*", {}, {}},
  };
  for (const LikeCase& c : cases) {
    for (const bool fold : {false, true}) {
      const Filter filter = where("users", "name", fold ? CompareOp::ilike : CompareOp::like, {text(c.pattern)});
      Ids names;
      for (const Value& id : ids(query("users", filter))) names.push_back(value_of("users", id, "name"));
      Ids expected;
      for (const std::string_view name : fold ? c.ilike : c.like) expected.push_back(text(name));
      EXPECT_EQ(names, expected) << "'" << c.pattern << "'" << (fold ? ", folded" : "");
      EXPECT_EQ(ids(query("users", Filter::negate(filter))).size(), 15 - expected.size()) << c.pattern;
    }
  }
}

TEST_P(RecordStoreContract, a_list_without_an_order_goes_by_id) {
  Ids made;
  for (int i = 0; i < 12; ++i) made.push_back(make("users", {{"age", integer(-i)}}));
  EXPECT_EQ(ids(query("users")), made);
  for (const std::uint64_t number : {3U, 1U, 10U, 2U}) make("tags", {{"id", uuid(number)}});
  EXPECT_EQ(ids(query("tags")), (Ids{uuid(1), uuid(2), uuid(3), uuid(10)}));
}

TEST_P(RecordStoreContract, orders_put_nulls_where_they_are_asked_to) {
  for (const Ladder& rung : ladders()) {
    const Value high = make("users", {{rung.field, rung.high}});
    const Value none = make("users");
    const Value low = make("users", {{rung.field, rung.low}});
    const Value also_none = make("users");
    const std::size_t by = field("users", rung.field);
    const auto ordered = [&](bool descending, bool nulls_first) {
      return ids(query("users", {}, {{.field = by, .descending = descending, .nulls_first = nulls_first}}));
    };
    EXPECT_EQ(ordered(false, false), (Ids{low, high, none, also_none})) << rung.field;
    EXPECT_EQ(ordered(false, true), (Ids{none, also_none, low, high})) << rung.field;
    EXPECT_EQ(ordered(true, false), (Ids{high, low, none, also_none})) << rung.field;
    EXPECT_EQ(ordered(true, true), (Ids{none, also_none, high, low})) << rung.field;
    for (const Value& id : {low, high, none, also_none}) must_apply(removal("users", id));
  }
}

TEST_P(RecordStoreContract, text_is_ordered_by_its_bytes) {
  const std::string_view in_order[] = {"",
                                       " ",
                                       "10",
                                       "9",
                                       "A",
                                       "B",
                                       "a",
                                       "a b",
                                       "a-b",
                                       "ab",
                                       "b",
                                       "\xC3\x84",
                                       "\xC3\xA4",
                                       "\xE2\x82\xAC",
                                       "\xEF\xBF\xBD",
                                       "\xF0\x9F\x8C\xB3"};
  Ids made;
  for (std::size_t i = std::size(in_order); i-- > 0;) made.push_back(make("users", {{"name", text(in_order[i])}}));
  std::ranges::reverse(made);
  EXPECT_EQ(ids(query("users", {}, {{.field = field("users", "name")}})), made);
}

TEST_P(RecordStoreContract, ties_go_to_the_next_term_and_at_last_to_the_id_ascending) {
  const auto person = [&](int age, std::string_view name) {
    return make("users", {{"age", integer(age)}, {"name", text(name)}});
  };
  const Value a = person(2, "x");
  const Value b = person(1, "y");
  const Value c = person(1, "x");
  const Value d = person(2, "x");
  const Value e = person(1, "y");
  const std::size_t age = field("users", "age");
  const std::size_t name = field("users", "name");
  EXPECT_EQ(ids(query("users", {}, {{.field = age}})), (Ids{b, c, e, a, d}));
  EXPECT_EQ(ids(query("users", {}, {{.field = age, .descending = true}})), (Ids{a, d, b, c, e})) << "ids still ascend";
  EXPECT_EQ(ids(query("users", {}, {{.field = age}, {.field = name, .descending = true}})), (Ids{b, e, c, a, d}));
  EXPECT_EQ(ids(query("users", {}, {{.field = age}, {.field = 0, .descending = true}})), (Ids{e, c, b, d, a}));
  EXPECT_EQ(ids(query("users", {}, {{.field = 0, .descending = true}, {.field = age}})), (Ids{e, d, c, b, a}));
}

TEST_P(RecordStoreContract, limit_and_offset_cut_the_page_out) {
  Ids made;
  for (int i = 0; i < 7; ++i) made.push_back(make("users"));
  const auto page = [&](std::uint32_t limit, std::uint64_t offset) {
    Query wanted = query("users");
    wanted.limit = limit;
    wanted.offset = offset;
    return ids(std::move(wanted));
  };
  EXPECT_EQ(page(3, 0), (Ids{made[0], made[1], made[2]}));
  EXPECT_EQ(page(3, 5), (Ids{made[5], made[6]}));
  EXPECT_EQ(page(3, 7), Ids());
  EXPECT_EQ(page(0, 0), Ids());
  EXPECT_EQ(page(std::numeric_limits<std::uint32_t>::max(), 0), made);
  EXPECT_EQ(page(5, std::numeric_limits<std::uint32_t>::max()), Ids());
  EXPECT_EQ(page(5, std::uint64_t{1} << 32U), Ids());
  EXPECT_EQ(page(5, std::numeric_limits<std::int64_t>::max()), Ids());
  EXPECT_EQ(page(5, std::numeric_limits<std::uint64_t>::max()), Ids());
}

TEST_P(RecordStoreContract, pages_together_show_every_record_exactly_once) {
  for (int i = 0; i < 53; ++i) {
    make("users", {{"age", i % 5 == 0 ? Value() : integer(i % 3)}, {"active", i % 2 == 0}});
  }
  for (const bool descending : {false, true}) {
    for (const bool nulls_first : {false, true}) {
      const std::vector<OrderTerm> order{{field("users", "age"), descending, nulls_first}};
      const Ids whole = ids(query("users", {}, order));
      Ids joined;
      for (std::uint64_t offset = 0; offset < 60; offset += 7) {
        Query page = query("users", {}, order);
        page.limit = 7;
        page.offset = offset;
        for (Value& id : ids(std::move(page))) joined.push_back(std::move(id));
      }
      EXPECT_EQ(joined, whole);
      Ids sorted = joined;
      std::ranges::sort(sorted);
      EXPECT_EQ(std::ranges::unique(sorted).size(), 0U);
      EXPECT_EQ(joined.size(), 53U);
    }
  }
}

TEST_P(RecordStoreContract, a_list_answers_whole_records_as_find_does) {
  const Value id = make("users", {{"name", text("Ann")}, {"age", integer(3)}, {"score", 2.0}, {"active", false}});
  const auto page = list(query("users"));
  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->records.size(), 1U);
  EXPECT_EQ(page->records[0], must_find("users", id));
}

}  // namespace
}  // namespace banyan::contracts
