#include "tests/contracts/record_store_differences.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "tests/contracts/record_store_contract.hpp"
#include "tests/contracts/record_store_show.hpp"

namespace banyan::contracts {
namespace {

using Difference = std::optional<std::string>;

std::string differing(const std::string& model, const std::string& tested) {
  return "\n  model:  " + model + "\n  tested: " + tested;
}

/// Both failed. Of several unique fields that collide at once a store need not name all, nor of several records that
/// match look at the same one first.
bool same_errors(const Error& model, const Error& tested, bool names_may_differ) {
  if (model.code != tested.code) return false;
  const auto expected = problem_fields(model);
  const auto named = problem_fields(tested);
  if (model.code != ErrorCode::already_exists) return named == expected;
  return !named.empty() && (names_may_differ || std::ranges::includes(expected, named));
}

/// The difference where at least one of the two failed.
template <typename T>
Difference compare_failures(const Result<T>& model, const Result<T>& tested, bool names_may_differ = false) {
  if (!model && !tested && same_errors(model.error(), tested.error(), names_may_differ)) return std::nullopt;
  return differing(model ? "done" : show(model.error()), tested ? "done" : show(tested.error()));
}

using Span = EmbeddedPage::Span;

/// Compares what spans of two pages hold, and what belongs to it.
class PageComparison {
 public:
  Difference compare(const Query& query, const RecordPage& model, Span in_model, const RecordPage& tested,
                     Span in_tested) const {
    const std::size_t count = in_model.end - in_model.begin;
    const auto shown = [&](const RecordPage& page, Span span, std::size_t i) {
      const std::size_t size = span.end - span.begin;
      return std::to_string(size) + (query.grouping ? " rows" : " records") + ", at " + std::to_string(i) + ": " +
             (i < size ? show_at(query, page, span.begin + i) : "none");
    };
    for (std::size_t i = 0; i < std::max(count, in_tested.end - in_tested.begin); ++i) {
      const bool there = i < count && in_tested.begin + i < in_tested.end;
      if (!there || !same_at(query, model, in_model.begin + i, tested, in_tested.begin + i))
        return differing(shown(model, in_model, i), shown(tested, in_tested, i));
      if (auto difference = compare_embeds(query, model, in_model.begin + i, tested, in_tested.begin + i))
        return difference;
    }
    return std::nullopt;
  }

  static std::size_t size(const Query& query, const RecordPage& page) {
    return query.grouping ? page.rows.size() : page.records.size();
  }

 private:
  static bool same_at(const Query& query, const RecordPage& model, std::size_t in_model, const RecordPage& tested,
                      std::size_t in_tested) {
    if (in_tested >= size(query, tested)) return false;
    return query.grouping ? model.rows[in_model] == tested.rows[in_tested]
                          : model.records[in_model] == tested.records[in_tested];
  }

  static std::string show_at(const Query& query, const RecordPage& page, std::size_t place) {
    if (place >= size(query, page)) return "past the end of the page";
    return query.grouping ? show(page.rows[place]) : show(*query.collection, page.records[place]);
  }

  Difference compare_embeds(const Query& query, const RecordPage& model, std::size_t in_model, const RecordPage& tested,
                            std::size_t in_tested) const {
    if (tested.embeds.size() != query.embeds.size()) return " with " + std::to_string(tested.embeds.size()) + " embeds";
    for (std::size_t i = 0; i < query.embeds.size(); ++i) {
      const EmbeddedPage& expected = model.embeds[i];
      const EmbeddedPage& found = tested.embeds[i];
      if (in_tested >= found.spans.size()) return " in embed " + std::to_string(i) + " without a span for each record";
      const auto difference =
          compare(query.embeds[i].query, expected.page, expected.spans[in_model], found.page, found.spans[in_tested]);
      if (difference)
        return " in embed " + std::to_string(i) + " of " + show(*query.collection, model.records[in_model]) +
               *difference;
    }
    return std::nullopt;
  }
};

/// What a key is now.
bool same_state(const Changed& a, const Changed& b) {
  return a.key == b.key && a.version == b.version && a.record == b.record;
}

bool same(const Changed& a, const Changed& b) {
  return same_state(a, b) && a.created == b.created && a.before == b.before;
}

/// What the batch caused elsewhere, by key; the latest word counts.
std::map<std::string, const Changed*> consequences(const Applied& applied, std::size_t own) {
  std::map<std::string, const Changed*> found;
  for (std::size_t i = own; i < applied.changes.size(); ++i) {
    found[to_string(applied.changes[i].key)] = &applied.changes[i];
  }
  return found;
}

std::string show_counts(const Applied& applied) {
  std::string out = "counts";
  for (const std::size_t count : applied.counts) out += " " + std::to_string(count);
  return out;
}

Difference compare_applied(const Applied& model, const Applied& tested) {
  if (model.counts != tested.counts) return differing(show_counts(model), show_counts(tested));
  const std::size_t own = std::accumulate(model.counts.begin(), model.counts.end(), std::size_t{0});
  for (std::size_t i = 0; i < own; ++i) {
    if (i < tested.changes.size() && same(model.changes[i], tested.changes[i])) continue;
    return " at change " + std::to_string(i) +
           differing(show(model.changes[i]), i < tested.changes.size() ? show(tested.changes[i]) : "no change");
  }
  const auto expected = consequences(model, own);
  const auto found = consequences(tested, own);
  for (const auto& [key, changed] : expected) {
    const auto other = found.find(key);
    if (other == found.end()) return " as a consequence" + differing(show(*changed), "says nothing of it");
    if (!same_state(*changed, *other->second))
      return " as a consequence" + differing(show(*changed), show(*other->second));
  }
  for (const auto& [key, changed] : found) {
    if (!expected.contains(key)) return " as a consequence" + differing("says nothing of it", show(*changed));
  }
  return std::nullopt;
}

}  // namespace

Difference difference_of(const Query& query, const Result<RecordPage>& model, const Result<RecordPage>& tested) {
  if (!model || !tested) return compare_failures(model, tested);
  const auto shown = [](const auto& count) { return "count " + (count ? std::to_string(*count) : "none"); };
  if (model->count != tested->count) return differing(shown(model->count), shown(tested->count));
  return PageComparison().compare(query, *model, {0, PageComparison::size(query, *model)}, *tested,
                                  {0, PageComparison::size(query, *tested)});
}

Difference difference_of(const RecordKey& key, const Result<Record>& model, const Result<Record>& tested) {
  if (!model || !tested) return compare_failures(model, tested);
  if (*model == *tested) return std::nullopt;
  return differing(show(*key.collection, *model), show(*key.collection, *tested));
}

Difference difference_of(const WriteBatch& batch, const Result<Applied>& model, const Result<Applied>& tested) {
  if (model && tested) return compare_applied(*model, *tested);
  const bool changes_many =
      std::ranges::any_of(batch.writes, [](const Write& write) { return write.kind == Write::Kind::update_matches; });
  return compare_failures(model, tested, changes_many);
}

}  // namespace banyan::contracts
