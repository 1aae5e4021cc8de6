#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <set>

#include "banyan/adapters/postgres/store_under_test.hpp"
#include "banyan/adapters/sqlite/store_under_test.hpp"
#include "banyan/core/rule.hpp"
#include "banyan/core/timestamps.hpp"
#include "tests/comparison/rule_source.hpp"
#include "tests/contracts/record_store_random.hpp"
#include "tests/servers/environment.hpp"

// A rule says the same of a record whether it is asked of the record itself, as reads of cached records ask, or is part
// of a statement. With two values throughout, null included.
namespace banyan::comparison {
namespace {

constexpr std::size_t everyday_triples = 30'000;
constexpr std::size_t many_triples = 1'000'000;

using Distortion = std::function<void(Filter&)>;

/// What a store holds, by collection and id.
class Everything final : public RelatedRecords {
 public:
  Everything(const Schema& schema, std::vector<std::vector<Record>> records)
      : schema_(schema), records_(std::move(records)) {}

  const std::vector<Record>& notes() const { return records_.back(); }
  const Record* behind(const Record& note, std::size_t reference) const {
    const Field& field = schema_.collections.back().fields[reference];
    for (const Record& record : records_[field.reference_index])
      if (record.values.front() == note.values[reference]) return &record;
    return nullptr;
  }
  std::vector<const Record*> find(const Collection& in, std::size_t field, const Value& value) const override {
    std::vector<const Record*> found;
    for (const Record& record : records_[in.index])
      if (record.values[field] == value) found.push_back(&record);
    return found;
  }

 private:
  const Schema& schema_;
  std::vector<std::vector<Record>> records_;
};

class NoteAsked final : public RuleRecord {
 public:
  NoteAsked(const Everything& all, const Record& note) : all_(all), note_(note) {}
  const Value& value(std::size_t field) const override { return note_.values[field]; }
  const Value& related(std::size_t reference, std::size_t field) const override {
    const Record* behind = all_.behind(note_, reference);
    return behind == nullptr ? null_ : behind->values[field];
  }

 private:
  const Everything& all_;
  const Record& note_;
  Value null_ = Null();
};

/// Forgets that a comparison with null is false.
void forget_nulls(Filter& filter) {
  for (Filter& child : filter.children) forget_nulls(child);
  if (filter.kind == Filter::Kind::any)
    std::erase_if(filter.children, [](const Filter& child) {
      return child.kind == Filter::Kind::comparison && child.op == CompareOp::is_null;
    });
}

class RuleComparison {
 public:
  explicit RuleComparison(Distortion distortion = {})
      : schema_(notes_schema()),
        seed_(testkit::seed_from_environment()),
        source_(*schema_, seed_),
        distortion_(std::move(distortion)),
        context_{.executor = executor_, .clock = clock_, .deadline = SteadyTime::max()} {
    clock_.set_wall(*parse_timestamp("2026-06-15T12:00:00Z"));
    batches_ = source_.records();
  }

  void add(const contracts::RecordStoreFactory& factory) {
    stores_.push_back({factory.name, factory.make(*schema_, clock_)});
    for (const WriteBatch& batch : batches_)
      if (const auto applied = block_on(stores_.back().second->store().apply(context_, batch)); !applied)
        throw std::runtime_error(applied.error().message + applied.error().detail);
  }

  /// Nothing, or a description of the first triple on which two differ.
  std::optional<std::string> first_difference(std::size_t triples) {
    const Everything all(*schema_, read_all());
    for (std::size_t asked = 0; asked < triples; asked += all.notes().size()) {
      const std::string text = source_.rule();
      const Viewer viewer = source_.viewer();
      const RuleInputs inputs{viewer, clock_.wall()};
      const auto rule = Rule::compile(text, *schema_, notes());
      if (!rule) return text + "\n" + std::to_string(rule.error().offset) + ": " + rule.error().message;
      Filter filter = (*rule)->bind(inputs);
      if (distortion_) distortion_(filter);
      if (auto difference = compare(**rule, filter, inputs, all))
        return "seed " + std::to_string(seed_) + "\n" + text + "\nviewer " + viewer.id + "/" + viewer.role + "/" +
               viewer.email + ": " + *difference;
    }
    return std::nullopt;
  }

  std::uint64_t seed() const { return seed_; }

 private:
  const Collection& notes() const { return schema_->collections.back(); }

  std::vector<std::vector<Record>> read_all() {
    std::vector<std::vector<Record>> all;
    for (const Collection& collection : schema_->collections) all.push_back(list({.collection = &collection}, 0));
    return all;
  }

  std::vector<Record> list(Query query, std::size_t place) {
    query.limit = 1000;
    auto page = block_on(stores_[place].second->store().list(context_, std::move(query)));
    if (!page) throw std::runtime_error(stores_[place].first + ": " + page.error().message + page.error().detail);
    return std::move(page->records);
  }

  std::optional<std::string> compare(const Rule& rule, const Filter& filter, const RuleInputs& inputs,
                                     const Everything& all) {
    std::set<Value> allowed;
    for (const Record& note : all.notes()) {
      const bool allows = rule.allows(inputs, NoteAsked(all, note));
      if (allows) allowed.insert(note.values.front());
      if (matches(filter, note, &all) != allows) return "the filter differs on " + std::to_string(id_of(note));
      if (rule.decide(inputs).value_or(allows) != allows) return "decided otherwise for " + std::to_string(id_of(note));
    }
    for (std::size_t i = 0; i < stores_.size(); ++i) {
      std::set<Value> listed;
      for (const Record& note : list({.collection = &notes(), .filter = filter}, i)) listed.insert(note.values.front());
      if (listed != allowed) return stores_[i].first + " lists others";
    }
    return std::nullopt;
  }

  static std::int64_t id_of(const Record& record) { return std::get<std::int64_t>(record.values.front()); }

  std::unique_ptr<Schema> schema_;
  std::uint64_t seed_;
  RuleSource source_;
  Distortion distortion_;
  ManualClock clock_;
  InlineExecutor executor_;
  Context context_;
  std::vector<WriteBatch> batches_;
  std::vector<std::pair<std::string, std::unique_ptr<contracts::StoreUnderTest>>> stores_;
};

void expect_agreement(std::size_t triples) {
  RuleComparison comparison;
  comparison.add(sqlite::factory());
  comparison.add(postgres::factory());
  const std::size_t count = testkit::number_from_environment("BANYAN_STEPS", triples);
  std::cout << "rules: " << count << " triples, BANYAN_SEED=" << comparison.seed() << "\n";
  const auto difference = comparison.first_difference(count);
  EXPECT_FALSE(difference) << *difference;
}

TEST(RulesTest, say_the_same_of_a_record_as_statements_of_both_stores_do) { expect_agreement(everyday_triples); }

TEST(RulesTest, whose_statement_forgets_nulls_are_found_out) {
  RuleComparison comparison(forget_nulls);
  comparison.add(sqlite::factory());
  EXPECT_TRUE(comparison.first_difference(everyday_triples));
}

TEST(RulesLong, say_the_same_of_a_million_triples) { expect_agreement(many_triples); }

}  // namespace
}  // namespace banyan::comparison
