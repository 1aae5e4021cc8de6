#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "banyan/core/query.hpp"
#include "banyan/core/query_testing.hpp"

// Terms, orders, and what looks at other records.
namespace banyan {
namespace {

using query_testing::integer;
using query_testing::text;

Term term(std::size_t field, Term::Function function) {
  Term made(field);
  made.function = function;
  return made;
}
Term json_term(std::size_t field, std::vector<std::string> path, Term::Json json) {
  Term made(field);
  made.path = std::move(path);
  made.json = json;
  return made;
}

Field field(const char* name, FieldType type) { return {.name = name, .type = type}; }
Field reference(const char* name, const char* to) {
  Field made = field(name, FieldType::reference);
  made.reference_to = to;
  return made;
}

Collection collection(const char* name, std::vector<Field> fields) {
  Collection made;
  made.name = name;
  made.fields.push_back(make_id_field(IdKind::integer));
  for (Field& each : fields) made.fields.push_back(std::move(each));
  return made;
}

/// people (name, document, mentor), papers (title, writer, reader), badges (wearer unique), seats (sitter in an index
/// of its own, row), reviews (paper, person).
Schema library() {
  Schema schema;
  schema.collections.push_back(collection(
      "people", {field("name", FieldType::text), field("document", FieldType::json), reference("mentor", "people")}));
  schema.collections.push_back(collection(
      "papers", {field("title", FieldType::text), reference("writer", "people"), reference("reader", "people")}));
  schema.collections.push_back(collection("badges", {reference("wearer", "people")}));
  schema.collections.back().fields[1].unique = true;
  schema.collections.push_back(collection("seats", {reference("sitter", "people"), field("row", FieldType::integer)}));
  schema.collections.back().indexes = {{.fields = {1}, .unique = true}, {.fields = {1, 2}, .unique = true}};
  schema.collections.push_back(collection("reviews", {reference("paper", "papers"), reference("person", "people")}));
  EXPECT_TRUE(complete(schema).empty());
  return schema;
}

TEST(QueryTerm, a_field_is_a_term_of_its_own_storage) {
  const Schema schema = library();
  const Collection& seats = schema.collections[3];
  EXPECT_EQ(storage_of(seats, 2), Field::Storage::integer);
  EXPECT_EQ(value_of(2, Record{.values = {integer(1), Null(), integer(7)}}), integer(7));
}

TEST(QueryTerm, functions_look_at_text_and_fold_ascii_only) {
  const Record record{.values = {integer(1), text("Zo\xC3\x8B \xF0\x9F\x8C\xB3 zZ"), Null()}};
  EXPECT_EQ(value_of(term(1, Term::Function::lower), record), text("zo\xC3\x8B \xF0\x9F\x8C\xB3 zz"));
  EXPECT_EQ(value_of(term(1, Term::Function::upper), record), text("ZO\xC3\x8B \xF0\x9F\x8C\xB3 ZZ"));
  EXPECT_EQ(value_of(term(1, Term::Function::length), record), integer(8)) << "code points";
  EXPECT_EQ(value_of(term(2, Term::Function::length), record), Value());
  EXPECT_EQ(storage_of(library().collections[0], term(1, Term::Function::length)), Field::Storage::integer);
  EXPECT_EQ(storage_of(library().collections[0], term(1, Term::Function::upper)), Field::Storage::text);
}

TEST(QueryTerm, a_path_leads_into_json_and_functions_apply_to_what_it_finds) {
  const Record record{.values = {integer(1), Null(), text(R"({"a":{"b":"Xy"},"n":2})")}};
  EXPECT_EQ(value_of(json_term(2, {"a"}, Term::Json::value), record), text(R"({"b":"Xy"})"));
  EXPECT_EQ(value_of(json_term(2, {"a", "b"}, Term::Json::text), record), text("Xy"));
  EXPECT_EQ(value_of(json_term(2, {"n"}, Term::Json::number), record), Value(2.0));
  EXPECT_EQ(value_of(json_term(1, {"a"}, Term::Json::value), record), Value()) << "nothing is in null";
  Term lower = json_term(2, {"a", "b"}, Term::Json::text);
  lower.function = Term::Function::lower;
  EXPECT_EQ(value_of(lower, record), text("xy"));
  const Collection& people = library().collections[0];
  EXPECT_EQ(storage_of(people, json_term(2, {"n"}, Term::Json::number)), Field::Storage::number);
  EXPECT_EQ(storage_of(people, json_term(2, {"n"}, Term::Json::text)), Field::Storage::text);
}

TEST(QueryTerm, two_terms_are_compared_and_null_on_either_side_is_unknown) {
  const Record record{.values = {integer(1), integer(3), Null(), integer(3)}};
  const auto holds = [&](std::size_t a, CompareOp op, std::size_t b) {
    return matches(Filter::compare_terms(a, op, b), record);
  };
  EXPECT_TRUE(holds(1, CompareOp::eq, 3));
  EXPECT_TRUE(holds(0, CompareOp::lt, 1));
  EXPECT_FALSE(holds(1, CompareOp::gt, 3));
  EXPECT_TRUE(holds(1, CompareOp::gte, 3));
  for (const CompareOp op : {CompareOp::eq, CompareOp::neq, CompareOp::lt}) {
    EXPECT_FALSE(holds(1, op, 2));
    EXPECT_FALSE(matches(Filter::negate(Filter::compare_terms(2, op, 1)), record));
    EXPECT_FALSE(holds(2, op, 2)) << "null is not even itself";
  }
}

TEST(QueryTerm, json_that_is_there_is_not_null_even_where_it_is_json_null) {
  const Record record{.values = {integer(1), Null(), text(R"({"a":null})")}};
  const auto is_null = [&](const char* name) {
    return matches(Filter::compare(json_term(2, {name}, Term::Json::value), CompareOp::is_null, {}), record);
  };
  EXPECT_FALSE(is_null("a"));
  EXPECT_TRUE(is_null("b"));
  EXPECT_TRUE(matches(Filter::compare(json_term(2, {"a"}, Term::Json::text), CompareOp::is_null, {}), record));
}

TEST(QueryTerm, containment_is_unknown_for_null_and_looks_both_ways) {
  const Record record{.values = {integer(1), Null(), text(R"({"a":[1,2]})")}};
  const auto holds = [&](std::size_t field, CompareOp op, const char* operand, bool negated = false) {
    Filter filter = Filter::compare(field, op, {text(operand)});
    return matches(negated ? Filter::negate(std::move(filter)) : filter, record);
  };
  EXPECT_TRUE(holds(2, CompareOp::json_contains, R"({"a":[2]})"));
  EXPECT_FALSE(holds(2, CompareOp::json_within, R"({"a":[2]})"));
  EXPECT_TRUE(holds(2, CompareOp::json_within, R"({"a":[3,2,1],"b":0})"));
  EXPECT_FALSE(holds(1, CompareOp::json_contains, "{}"));
  EXPECT_FALSE(holds(1, CompareOp::json_contains, "{}", true));
  EXPECT_TRUE(
      matches(Filter::compare(json_term(2, {"a"}, Term::Json::value), CompareOp::json_contains, {text("2")}), record));
}

TEST(Order, nulls_stand_where_they_are_asked_to_whatever_the_direction) {
  for (const bool descending : {false, true}) {
    const OrderTerm last{.descending = descending};
    const OrderTerm first{.descending = descending, .nulls_first = true};
    EXPECT_GT(compare_in_order(last, Null(), integer(1)), 0);
    EXPECT_LT(compare_in_order(last, integer(1), Null()), 0);
    EXPECT_LT(compare_in_order(first, Null(), integer(1)), 0);
    EXPECT_EQ(compare_in_order(last, Null(), Null()), 0);
    EXPECT_EQ(compare_in_order(first, integer(1), integer(2)) > 0, descending);
    EXPECT_EQ(compare_in_order(last, text("a"), text("a")), 0);
  }
}

std::string shown(const Schema& schema, std::size_t collection) {
  std::string out;
  for (const Relation& relation : relations_of(schema, schema.collections[collection])) {
    const Collection& near = schema.collections[collection];
    const bool through = relation.kind == Relation::Kind::through;
    const Collection& holder = through                                   ? *relation.through
                               : relation.kind == Relation::Kind::to_one ? near
                                                                         : *relation.target;
    out += holder.name + "." + holder.fields[relation.field].name;
    if (through) out += "." + holder.fields[relation.through_field].name;
    out += "->" + relation.target->name + (relation.single ? "! " : " ");
  }
  return out;
}

TEST(Relations, are_the_references_of_a_collection_those_to_it_and_those_through_two) {
  const Schema schema = library();
  EXPECT_EQ(shown(schema, 0),
            "people.mentor->people! people.mentor->people papers.writer->papers papers.reader->papers "
            "badges.wearer->badges! seats.sitter->seats! reviews.person->reviews papers.writer.reader->people "
            "papers.reader.writer->people reviews.person.paper->papers ");
  EXPECT_EQ(shown(schema, 4), "reviews.paper->papers! reviews.person->people! ");
}

/// One table a collection of the library.
class Tables final : public RelatedRecords {
 public:
  explicit Tables(const Schema& schema) : schema_(schema), tables_(schema.collections.size()) {}
  void add(std::size_t collection, std::vector<Value> values) {
    tables_[collection].push_back(std::make_unique<Record>(Record{.version = 1, .values = std::move(values)}));
  }
  std::vector<const Record*> find(const Collection& in, std::size_t field, const Value& value) const override {
    std::vector<const Record*> found;
    for (const auto& record : tables_[static_cast<std::size_t>(&in - schema_.collections.data())])
      if (record->values[field] == value) found.push_back(record.get());
    return found;
  }
  const Record& at(std::size_t collection, std::size_t place) const { return *tables_[collection][place]; }

 private:
  const Schema& schema_;
  std::vector<std::vector<std::unique_ptr<Record>>> tables_;
};

class Related : public testing::Test {
 protected:
  Related() {
    tables_.add(0, {integer(1), text("Ann"), Null(), Null()});
    tables_.add(0, {integer(2), text("Bob"), Null(), integer(1)});
    tables_.add(0, {integer(3), Null(), Null(), integer(2)});
    tables_.add(1, {integer(1), text("first"), integer(1), Null()});
    tables_.add(1, {integer(2), text("second"), integer(1), integer(2)});
    tables_.add(4, {integer(1), integer(2), integer(3)});
  }
  Relation relation(std::size_t collection, std::size_t place) const {
    return relations_of(schema_, schema_.collections[collection]).at(place);
  }
  /// Ids of the records of the collection that the filter matches.
  std::vector<std::size_t> matching(std::size_t collection, std::size_t count, const Filter& filter) const {
    std::vector<std::size_t> ids;
    for (std::size_t i = 0; i < count; ++i)
      if (matches(filter, tables_.at(collection, i), &tables_)) ids.push_back(i + 1);
    return ids;
  }

  using Ids = std::vector<std::size_t>;
  Schema schema_ = library();
  Tables tables_{schema_};
};

TEST_F(Related, to_one_looks_at_the_record_that_is_named) {
  const Filter named_ann = Filter::compare(1, CompareOp::eq, {text("Ann")});
  EXPECT_EQ(matching(0, 3, Filter::related_by(relation(0, 0), named_ann, {})), Ids{2});
  EXPECT_EQ(matching(0, 3, Filter::related_by(relation(0, 0), {}, {})), (Ids{2, 3}));
}

TEST_F(Related, its_negation_matches_also_where_nothing_belongs) {
  const Filter named_ann = Filter::compare(1, CompareOp::eq, {text("Ann")});
  EXPECT_EQ(matching(0, 3, Filter::negate(Filter::related_by(relation(0, 0), named_ann, {}))), (Ids{1, 3}));
  const Filter unknown = Filter::compare(3, CompareOp::eq, {integer(5)});
  EXPECT_EQ(matching(0, 3, Filter::negate(Filter::related_by(relation(0, 0), unknown, {}))), (Ids{1, 2, 3}))
      << "what is unknown of another record does not match there, which is certain here";
}

TEST_F(Related, to_many_looks_for_one_that_matches) {
  const Filter second = Filter::compare(1, CompareOp::eq, {text("second")});
  EXPECT_EQ(matching(0, 3, Filter::related_by(relation(0, 2), second, {})), Ids{1});
  EXPECT_EQ(matching(0, 3, Filter::related_by(relation(0, 3), second, {})), Ids{2});
  EXPECT_EQ(matching(0, 3, Filter::related_by(relation(0, 2), Filter::nothing(), {})), Ids());
}

TEST_F(Related, through_looks_at_the_record_between_and_at_the_target) {
  const Relation reviewed = relation(0, 9);
  const Filter second = Filter::compare(1, CompareOp::eq, {text("second")});
  const Filter first = Filter::compare(1, CompareOp::eq, {text("first")});
  EXPECT_EQ(matching(0, 3, Filter::related_by(reviewed, second, {})), Ids{3});
  EXPECT_EQ(matching(0, 3, Filter::related_by(reviewed, first, {})), Ids());
  EXPECT_EQ(matching(0, 3, Filter::related_by(reviewed, second, Filter::nothing())), Ids());
}

TEST_F(Related, nests) {
  const Filter by_reviewed = Filter::related_by(relation(1, 0), Filter::compare(1, CompareOp::eq, {text("Ann")}), {});
  EXPECT_EQ(matching(0, 3, Filter::related_by(relation(0, 9), by_reviewed, {})), Ids{3});
}

TEST_F(Related, nothing_belongs_where_nobody_can_look) {
  EXPECT_FALSE(matches(Filter::related_by(relation(0, 2), {}, {}), tables_.at(0, 0)));
}

}  // namespace
}  // namespace banyan
