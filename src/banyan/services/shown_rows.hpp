#pragma once

#include <string>
#include <vector>

#include "banyan/core/cache.hpp"
#include "banyan/core/query.hpp"

namespace banyan::services {

/// The records of a page that a cache must be told of before it is shown: a tree of the query's collections, made
/// before the query is given away. Lifetime: that of the schema.
class ShownRows {
 public:
  explicit ShownRows(const Query& query);

  /// Those of cached collections, at `from` or a later version, with embedded ones. The raises refer to `texts`.
  std::vector<Cache::Raise> since(Version from, const RecordPage& page, std::vector<std::string>& texts) const;

 private:
  struct Row {
    std::string text;
    Version version;
  };
  void gather(Version from, const RecordPage& page, std::vector<Row>& rows) const;

  const Collection* collection_;
  std::vector<ShownRows> embeds_;
};

}  // namespace banyan::services
