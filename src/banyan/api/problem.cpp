#include "banyan/api/problem.hpp"

#include "banyan/base/utf8.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan::api {
namespace {

constexpr std::string_view problem_type = "application/problem+json";

struct Row {
  ErrorCode code;
  int status;
  std::string_view shown_code;
};

constexpr Row rows[] = {
    {ErrorCode::invalid, 400, "22023"},
    {ErrorCode::unauthenticated, 401, "42501"},
    {ErrorCode::forbidden, 403, "42501"},
    {ErrorCode::not_found, 404, "PGRST116"},
    {ErrorCode::already_exists, 409, "23505"},
    {ErrorCode::reference_broken, 409, "23503"},
    {ErrorCode::version_mismatch, 412, "version_mismatch"},
    {ErrorCode::too_large, 413, "54000"},
    {ErrorCode::unsupported, 400, "PGRST127"},
    {ErrorCode::overloaded, 503, "53400"},
    {ErrorCode::unavailable, 503, "57P03"},
    {ErrorCode::outcome_unknown, 503, "40003"},
    {ErrorCode::deadline_exceeded, 503, "57014"},
    {ErrorCode::storage_full, 507, "53100"},
    {ErrorCode::internal, 500, "XX000"},
};

struct Reason {
  std::string_view reason;
  std::string_view shown_code;
  int status;  // 0: as the error's code has it
};

constexpr Reason reasons[] = {
    {"malformed_query", "PGRST100", 0},
    {"malformed_json", "PGRST102", 0},
    {"unknown_field", "PGRST204", 0},
    {"unknown_embed", "PGRST200", 0},
    {"ambiguous_embed", "PGRST201", 300},
    {"embed_not_selected", "PGRST108", 0},
    {"order_by_many", "PGRST118", 0},
    {"uncastable", "22P02", 0},
    {"wrong_operand", "22P02", 0},
    {"numeric_value_out_of_range", "22003", 0},
    {"malformed_cursor", "PGRST100", 0},
    {"malformed_batch", "22023", 0},
    {"invalid_value", "23514", 0},
    {"wrong_key", "PGRST301", 0},
    {"unsupported_media_type", "PGRST107", 415},
    {"not_acceptable", "PGRST107", 406},
    {"not_single", "PGRST116", 406},
    {"range_not_satisfiable", "PGRST103", 416},
    {"malformed_csv", "PGRST102", 0},
    {"malformed_form", "PGRST102", 0},
    {"unknown_schema", "PGRST106", 406},
    {"unknown_collection", "PGRST205", 0},
    {"unknown_function", "PGRST202", 0},
    {"not_unique", "42P10", 0},
    {"invalid_preferences", "PGRST122", 0},
    {"too_many_affected", "PGRST124", 0},
    {"put_takes_no_page", "PGRST114", 0},
    {"put_needs_key", "PGRST105", 405},
    {"put_key_mismatch", "PGRST115", 0},
    {"route_not_found", "PGRST125", 0},
    {"method_not_allowed", "PGRST117", 0},
    {"malformed_path", "malformed_path", 0},
    {"internal", "XX000", 0},
};

struct Parts {
  int status;
  std::string_view code;
  std::string_view slug;
  std::string_view message;
  std::string_view hint;
};

// Messages repeat what was sent, perhaps cut in the middle of a code point; JSON is well-formed whatever that was.
void append_text(std::string& out, std::string_view text) {
  if (is_valid_utf8(text)) return append_json_string(out, text);
  append_json_string(out, well_formed_utf8(text));
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"";
  out += name;
  out += "\":";
  if (value.empty()) {
    out += "null";
  } else {
    append_text(out, value);
  }
}

// The first problem, as a text; one without a field is about the whole.
std::string details_of(const std::vector<FieldProblem>& fields) {
  if (fields.empty()) return {};
  const FieldProblem& first = fields.front();
  return first.field.empty() ? first.message : first.field + ": " + first.message;
}

http::Response make(const Parts& parts, const std::vector<FieldProblem>& fields) {
  std::string body = "{\"type\":";
  append_json_string(body, "urn:banyan:error:" + std::string(parts.slug));
  append_member(body, "title", http::reason_phrase(parts.status));
  body += ",\"status\":" + std::to_string(parts.status);
  append_member(body, "detail", parts.message);
  append_member(body, "code", parts.code);
  append_member(body, "message", parts.message);
  append_member(body, "details", details_of(fields));
  append_member(body, "hint", parts.hint);
  if (!fields.empty() && !fields.front().field.empty()) {
    body += ",\"errors\":[";
    for (const FieldProblem& field : fields) {
      if (&field != &fields.front()) body += ',';
      body += "{\"field\":";
      append_text(body, field.field);
      append_member(body, "message", field.message);
      body += '}';
    }
    body += ']';
  }
  body += '}';

  http::Response response;
  response.status = parts.status;
  response.content_type = problem_type;
  response.body = http::Body(std::move(body));
  if (parts.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"banyan\"");
  if (parts.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

const Reason* find_reason(std::string_view reason) {
  for (const Reason& known : reasons) {
    if (known.reason == reason) return &known;
  }
  return nullptr;
}

}  // namespace

ProblemKind kind_of(const Error& error) {
  ProblemKind kind{500, "XX000"};
  for (const Row& row : rows) {
    if (row.code == error.code) kind = ProblemKind{row.status, std::string(row.shown_code)};
  }
  if (const Reason* reason = find_reason(error.reason)) {
    kind.code = reason->shown_code;
    if (reason->status != 0) kind.status = reason->status;
  }
  return kind;
}

std::vector<std::string_view> shown_codes() {
  std::vector<std::string_view> codes;
  for (const Row& row : rows) codes.push_back(row.shown_code);
  for (const Reason& reason : reasons) codes.push_back(reason.shown_code);
  return codes;
}

http::Response render(const Error& error) {
  const ProblemKind kind = kind_of(error);
  const std::string slug = error.reason.empty() ? std::string(to_string(error.code)) : error.reason;
  return make(Parts{kind.status, kind.code, slug, error.message, error.hint}, error.fields);
}

http::Response render(const http::Problem& problem) {
  const Reason* reason = find_reason(problem.reason);
  const std::string_view code = reason ? reason->shown_code : problem.reason;
  return make(Parts{problem.status, code, problem.reason, problem.message, problem.hint}, {});
}

}  // namespace banyan::api
