#pragma once

#include <expected>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

namespace banyan {

/// What went wrong, in words that every layer shares. HTTP statuses exist only in api/.
enum class ErrorCode {
  invalid,            ///< The caller's input is wrong; the same call will fail again.
  unauthenticated,    ///< It is not known who asks, and that matters here.
  forbidden,          ///< It is known who asks, and that one may not.
  not_found,          ///< The thing named does not exist, or not for this viewer.
  already_exists,     ///< A value that must be unique is taken.
  reference_broken,   ///< A reference points nowhere, or something still points here.
  version_mismatch,   ///< The record is not at the version that the caller named.
  too_large,          ///< A bound on size was passed.
  unsupported,        ///< Understood, but not offered here (by this store, this version).
  overloaded,         ///< A bounded queue is full: refused at once, nothing was done.
  unavailable,        ///< Cannot be done for now (shutting down, store unreachable); nothing was done.
  outcome_unknown,    ///< It may or may not have been done.
  deadline_exceeded,  ///< Time ran out. For writes: before anything was done.
  storage_full,       ///< No room left on the device; nothing was done.
  internal,           ///< A bug, or damage; the log has the detail.
};

/// The snake_case name of a code, as it stands in logs.
const char* to_string(ErrorCode code) noexcept;

/// One wrong place in the caller's input.
struct FieldProblem {
  std::string field;    ///< "email", or "[3].email" in a batch.
  std::string message;  ///< What is wrong, as a person would say it.
  auto operator<=>(const FieldProblem&) const = default;
};

/// An error as a value. `message` and `hint` may be shown to whoever asked; `detail` is for the log only.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  std::string hint;
  std::string detail;
  /// A finer word than `code` where clients need one ("unknown_field"); empty otherwise.
  std::string reason;
  std::vector<FieldProblem> fields;
  std::source_location where;

  Error(ErrorCode code_, std::string message_, std::source_location where_ = std::source_location::current())
      : code(code_), message(std::move(message_)), where(where_) {}

  Error&& with_hint(std::string text) && { return hint = std::move(text), std::move(*this); }
  Error&& with_detail(std::string text) && { return detail = std::move(text), std::move(*this); }
  Error&& with_reason(std::string text) && { return reason = std::move(text), std::move(*this); }
  Error&& with_fields(std::vector<FieldProblem> list) && { return fields = std::move(list), std::move(*this); }
};

template <typename T = void>
using Result = std::expected<T, Error>;

/// `return fail(ErrorCode::not_found, "…");`
inline std::unexpected<Error> fail(ErrorCode code, std::string message,
                                   std::source_location where = std::source_location::current()) {
  return std::unexpected<Error>(Error(code, std::move(message), where));
}
inline std::unexpected<Error> fail(Error error) { return std::unexpected<Error>(std::move(error)); }

}  // namespace banyan
