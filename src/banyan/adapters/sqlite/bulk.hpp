#pragma once

#include <memory>

#include "banyan/adapters/sqlite/options.hpp"
#include "banyan/base/clock.hpp"
#include "banyan/core/bulk.hpp"

namespace banyan::sqlite {

/// Reads in one transaction, also while a server has the file.
Result<std::unique_ptr<BulkSource>> open_source(Options options);

/// Fills a file that it owns meanwhile. While a copy is under way, "_banyan" says so.
Result<std::unique_ptr<BulkSink>> open_sink(Options options, const Schema& schema, const Clock& clock);

}  // namespace banyan::sqlite
