#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "banyan/base/result.hpp"
#include "banyan/http/request.hpp"

namespace banyan::api::rest {

/// What a request prefers (RFC 7240), of what PostgREST knows. What is given twice counts once, as it came first.
struct Preferences {
  enum class Returns : unsigned char { minimal, headers_only, representation };
  enum class Count : unsigned char { exact, planned, estimated };
  enum class Resolution : unsigned char { merge_duplicates, ignore_duplicates };
  enum class Missing : unsigned char { nulls, defaults };
  enum class Transaction : unsigned char { commit, rollback };
  enum class Handling : unsigned char { lenient, strict };

  std::optional<Resolution> resolution;
  std::optional<Missing> missing;
  std::optional<Returns> returns;
  std::optional<Count> count;
  std::optional<Transaction> transaction;
  std::optional<Handling> handling;
  bool utc = false;  ///< `timezone=UTC`: the only one, and what is answered anyway.
  std::optional<std::uint64_t> max_affected;

  bool strict() const noexcept { return handling == Handling::strict; }
  bool wants_records() const noexcept { return returns == Returns::representation; }
  bool rehearsal() const noexcept { return transaction == Transaction::rollback; }
};

/// The preferences of all `Prefer` headers. What is not known is passed over, or with `handling=strict` refused:
/// `invalid` with the reason `invalid_preferences`.
Result<Preferences> parse_preferences(std::span<const http::Header> headers);

/// The value of `Preference-Applied`: those that are set, in PostgREST's order; empty for none. `max-affected` counts
/// with `handling=strict` only.
std::string applied(const Preferences& preferences);

}  // namespace banyan::api::rest
