#include "banyan/services/input_problems.hpp"

#include <utility>

namespace banyan::services {

std::string settable_fields(const Collection& collection) {
  std::string names;
  for (const Field& field : collection.fields) {
    if (field.role != FieldRole::ordinary || field.read_only) continue;
    if (!names.empty()) names += ", ";
    names += field.name;
  }
  return names;
}

void InputProblems::add(std::string place, std::string message, std::string_view reason) {
  if (full()) return;
  if (problems_.empty()) reason_ = reason;
  if (reason == "unknown_field") unknown_field_ = true;
  problems_.push_back({std::move(place), std::move(message)});
}

Error InputProblems::error() && {
  std::string message = problems_.size() == 1
                            ? "'" + problems_.front().field + "' " + problems_.front().message + "."
                            : std::to_string(problems_.size()) + (full() ? " or more" : "") + " places are not valid.";
  if (message.ends_with("?.")) message.pop_back();
  std::string hint = unknown_field_ ? "The fields of '" + collection_.name +
                                          "' that can be set are: " + settable_fields(collection_) + "."
                                    : "Correct each place that is named, and send the request again.";
  return Error(ErrorCode::invalid, std::move(message))
      .with_hint(std::move(hint))
      .with_reason(std::move(reason_))
      .with_fields(std::move(problems_));
}

}  // namespace banyan::services
