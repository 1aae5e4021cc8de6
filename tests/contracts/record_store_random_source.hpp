#pragma once

#include <map>
#include <vector>

#include "banyan/base/clock.hpp"
#include "banyan/base/random.hpp"
#include "banyan/core/record_store.hpp"

namespace banyan::contracts {

template <typename T, std::size_t n>
T pick(Random& random, const T (&pool)[n]) {
  return pool[random.below(n)];
}

/// Makes up what a random comparison asks. It keeps track of what lives, so that most questions hit something; values
/// come from small pools, so that they meet. Works on the example schema.
class RandomSource {
 public:
  RandomSource(const Schema& schema, const Clock& clock, std::uint64_t seed);

  /// True `percent` times of a hundred.
  bool chance(unsigned percent) { return random_.below(100) < percent; }
  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }

  WriteBatch batch();
  Query query();
  RecordKey key();

  /// Tells what the model made of a batch.
  void learn(const Applied& applied);

 private:
  struct Population {
    std::map<Value, Version> living;
    std::vector<Value> dead;  ///< The latest few.
    std::int64_t last_id = 0;
  };

  const Collection& collection();
  Write write();
  Write create(const Collection& collection);
  Write update(const Collection& collection);
  Write remove(const Collection& collection);
  Write matches(const Collection& collection);
  Write upsert(const Collection& collection);
  void add_conditions(Write& write);
  std::vector<FieldChange> changes(const Collection& collection, unsigned percent);
  /// A filter that few records match.
  Filter narrow_filter(const Collection& collection);
  /// Stores may use up ids where an upsert meets a record: whether the batch can do without knowing which.
  bool leaves_ids_open(const WriteBatch& batch, const Write& next) const;

  std::optional<Version> expectation(const Write& write);
  Value new_uuid(const Collection& collection);
  /// Mostly one that lives, sometimes one that is gone, or never was.
  Value id_of(const Collection& collection, unsigned percent_living);

  Value value(const Field& field);
  Value value_or_null(const Field& field);
  Value pattern();

  Query plain_query(const Collection& collection);
  Query tree(const Collection& collection, unsigned depth);
  void add_order(Query& query, bool only_plain);
  void add_grouping(Query& query);
  void add_embeds(Query& query, unsigned depth);
  std::optional<Aggregate> aggregate(const Collection& collection);

  Filter filter(const Collection& collection, unsigned depth);
  Filter comparison(const Collection& collection);
  Filter term_comparison(const Collection& collection);
  Filter terms_comparison(const Collection& collection);
  Filter related(const Collection& collection, unsigned depth);
  Relation relation(const Collection& collection);

  /// What a term sees, so far as two of them can be compared.
  enum class Kind : unsigned char { text, integer, number, boolean, date, timestamp, uuid, json };
  static Kind kind_of(const Schema& schema, const Collection& collection, const Term& term);
  Term term(const Collection& collection);
  /// One that has an order: not JSON.
  Term ordered_term(const Collection& collection);
  Value operand(const Collection& collection, const Term& term);

  const Schema& schema_;
  const Clock& clock_;
  SeededRandom random_;
  std::vector<std::vector<Relation>> relations_;  ///< By collection.
  std::vector<Population> populations_;
  std::vector<Value> planned_uuids_;  ///< Of the batch that is being made up.
  std::uint64_t uuids_made_ = 0;
};

}  // namespace banyan::contracts
