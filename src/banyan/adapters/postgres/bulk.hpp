#pragma once

#include <memory>

#include "banyan/adapters/postgres/options.hpp"
#include "banyan/core/bulk.hpp"

namespace banyan::postgres {

/// Reads in one transaction, REPEATABLE READ.
Result<std::unique_ptr<BulkSource>> open_source(Options options, const Schema& schema);

/// Fills with COPY. While a copy is under way the tables have no foreign keys among them; "_banyan" says so.
Result<std::unique_ptr<BulkSink>> open_sink(Options options, const Schema& schema, const Clock& clock);

}  // namespace banyan::postgres
