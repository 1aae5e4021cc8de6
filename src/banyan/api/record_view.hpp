#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/api/query/parser.hpp"
#include "banyan/core/cache.hpp"
#include "banyan/services/records.hpp"

namespace banyan::api {

/// What a request wants to see of one record, or of those that it writes.
class RecordView {
 public:
  static Result<RecordView> parse(std::string_view raw_query, const QuerySubject& subject);

  /// Whether a record's own text holds all of it. Else it is read by a query.
  bool is_plain() const noexcept { return whole_ || fields_; }
  /// Whether it shows other records too, so that its version does not tell whether it has changed.
  bool has_embeds() const noexcept { return !parsed_.query.embeds.empty(); }

  /// The record's own text, or what is asked for of it. Only where is_plain().
  void append(std::string& out, const CachedRecord& record) const;
  bool is_whole() const noexcept { return whole_; }

  /// The records of those ids as they are now, as the view has them; those that are gone or may not be read are left
  /// out.
  Task<Result<RecordPage>> read(services::Records& records, const Context& context, std::vector<Value> ids) const;
  const Selection& selection() const noexcept { return parsed_.selection; }

 private:
  explicit RecordView(ParsedQuery parsed)
      : parsed_(std::move(parsed)), whole_(parsed_.selection.whole), fields_(parsed_.selection.plain_fields()) {}

  ParsedQuery parsed_;
  bool whole_;
  std::optional<std::vector<std::size_t>> fields_;
};

}  // namespace banyan::api
