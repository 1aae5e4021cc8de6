#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "banyan/core/bulk.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::services {

/// How far a copy is.
struct CopyProgress {
  enum class Stage : unsigned char { loading, verifying };
  Stage stage = Stage::loading;
  std::string collection;
  std::uint64_t done = 0;   ///< Records of all collections, those of an earlier attempt among them.
  std::uint64_t total = 0;  ///< Of the source.
};

/// What was copied.
struct CopyReport {
  struct Collection {
    std::string name;
    std::uint64_t records = 0;
    std::int64_t last_id = 0;  ///< Of integer ids.
    std::string digest;        ///< SHA-256 over every record in the order of ids, values and version, in hexadecimal.
  };
  std::vector<Collection> collections;
  std::uint64_t loaded = 0;    ///< Records by this attempt.
  double loading_seconds = 0;  ///< Without the verification.
};

/// Copies every collection from one database to another and then compares both, record by record.
///
/// Goes on where an attempt has ended that was broken off, however it ended: records are kept in the order of their
/// ids, some thousands in one transaction. The source must not be written to from the first attempt to the last; where
/// it was, the comparison at the end says so.
/// Errors: those of both sides; `invalid` when the target has other records; `unsupported` when its tables differ from
/// the schema in a way that is not mended by itself; `internal` when the sides differ at the end, with the first ids.
Result<CopyReport> copy(const Schema& schema, BulkSource& source, BulkSink& sink,
                        const std::function<void(const CopyProgress&)>& progress);

}  // namespace banyan::services
