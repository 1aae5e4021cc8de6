#include "banyan/api/record_view.hpp"

#include "banyan/core/record_json.hpp"

namespace banyan::api {

Result<RecordView> RecordView::parse(std::string_view raw_query, const QuerySubject& subject) {
  Result<ParsedQuery> parsed = parse_record_query(raw_query, subject);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  return RecordView(std::move(*parsed));
}

void RecordView::append(std::string& out, const CachedRecord& record) const {
  if (whole_) {
    out += record.body;
  } else {
    append_projection(out, record, *fields_);
  }
}

Task<Result<RecordPage>> RecordView::read(services::Records& records, const Context& context,
                                          std::vector<Value> ids) const {
  Query query = parsed_.query;
  query.limit = static_cast<std::uint32_t>(ids.size());
  query.filter = Filter::both(Filter::compare(0, CompareOp::in, std::move(ids)), std::move(query.filter));
  return records.list(context, std::move(query));
}

}  // namespace banyan::api
