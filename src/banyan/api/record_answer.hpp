#pragma once

#include <span>
#include <string>

#include "banyan/api/record_view.hpp"
#include "banyan/core/cache.hpp"
#include "banyan/http/request.hpp"
#include "banyan/http/response.hpp"

namespace banyan::api {

/// The record as the view has it, with its ETag; 304 for a read that has it already. The view is plain.
http::Response answer_record(const http::Request& request, const CachedRecordPtr& record, const RecordView& view);
/// The whole record.
http::Response answer_record(const http::Request& request, const Collection& collection, const CachedRecordPtr& record);

http::Response answer_json(std::string body);

/// "/users/1"
std::string record_path(const Collection& collection, const Value& id);

/// Of written records those that may be read, as the view has them: a JSON array in the order of `written`, or, for
/// `one`, an object. Empty where nothing of one may be read, and where what is asked for cannot be shown after all: the
/// write is done, and its answer must say so.
Task<std::string> written_body(services::Records& records, const Context& context, const RecordView& view,
                               std::span<const services::Written> written, bool one);

}  // namespace banyan::api
