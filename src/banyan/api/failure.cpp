#include "banyan/api/failure.hpp"

#include <string>
#include <string_view>

#include "banyan/api/problem.hpp"

namespace banyan::api {
namespace {

// What the caller cannot mend. Refusals under load are counted, not logged: they would add to it.
bool is_for_the_operator(ErrorCode code) {
  return code == ErrorCode::internal || code == ErrorCode::outcome_unknown || code == ErrorCode::unavailable ||
         code == ErrorCode::storage_full;
}

std::string place_of(const Error& error) {
  const std::string_view file = error.where.file_name();
  const std::size_t start = file.rfind("banyan/");
  return std::string(start == std::string_view::npos ? file : file.substr(start)) + ":" +
         std::to_string(error.where.line());
}

}  // namespace

http::Response refuse(Log& log, const Context& context, const Collection& collection, const Error& error) {
  return refuse(log, context, FailureSubject{"collection", collection.name}, error);
}

http::Response refuse(Log& log, const Context& context, const FailureSubject& subject, const Error& error) {
  if (is_for_the_operator(error.code))
    log.error("a request failed", {{"request_id", context.request_id},
                                   {subject.kind, std::string(subject.name)},
                                   {"code", to_string(error.code)},
                                   {"error", error.message},
                                   {"detail", error.detail},
                                   {"where", place_of(error)}});
  return render(error);
}

}  // namespace banyan::api
