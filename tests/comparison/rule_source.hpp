#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/random.hpp"
#include "banyan/core/record_store.hpp"

namespace banyan::comparison {

/// People, devices, and notes that refer to both: a field of every type, for rules to look at.
std::unique_ptr<Schema> notes_schema();

/// Makes up rules over notes, as text, viewers, and records; from small pools, so that they meet.
class RuleSource {
 public:
  RuleSource(const Schema& schema, std::uint64_t seed);

  /// A few of each collection, nulls among their values; notes refer to people and devices that are there.
  std::vector<WriteBatch> records();
  std::string rule() { return condition(0); }
  Viewer viewer();

 private:
  bool chance(unsigned percent) { return random_.below(100) < percent; }
  template <typename T, std::size_t count>
  T pick(const T (&pool)[count]) {
    return pool[random_.below(count)];
  }

  Write create(const Collection& collection);
  Value value(const Field& field);

  std::string condition(unsigned depth);
  std::string comparison();
  std::string of_texts();
  std::string of_integers();
  std::string of_numbers();
  std::string of_ids();
  std::string of_uuids();
  std::string of_times();
  std::string of_dates();
  std::string of_words();
  std::string of_booleans();
  std::string of_nulls();
  std::string list_of(std::string (RuleSource::*element)());
  std::string text_field();
  std::string text_value();
  std::string integer_value();
  std::string uuid_value();
  std::string either(const std::string& left, const char* sign, const std::string& right);
  const char* order();
  const char* equality();

  const Schema& schema_;
  SeededRandom random_;
};

}  // namespace banyan::comparison
