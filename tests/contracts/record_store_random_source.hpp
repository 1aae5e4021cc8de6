#pragma once

#include <map>
#include <vector>

#include "banyan/base/clock.hpp"
#include "banyan/base/random.hpp"
#include "banyan/core/record_store.hpp"

namespace banyan::contracts {

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
  std::optional<Version> expectation(const Write& write);
  Value new_uuid(const Collection& collection);
  /// Mostly one that lives, sometimes one that is gone, or never was.
  Value id_of(const Collection& collection, unsigned percent_living);

  Value value(const Field& field);
  Value value_or_null(const Field& field);
  Value pattern();
  Filter filter(const Collection& collection, unsigned depth);
  Filter comparison(const Collection& collection);

  const Schema& schema_;
  const Clock& clock_;
  SeededRandom random_;
  std::vector<Population> populations_;
  std::vector<Value> planned_uuids_;  ///< Of the batch that is being made up.
  std::uint64_t uuids_made_ = 0;
};

}  // namespace banyan::contracts
