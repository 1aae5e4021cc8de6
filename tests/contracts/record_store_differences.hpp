#pragma once

#include <optional>
#include <string>

#include "banyan/core/record_store.hpp"

namespace banyan::contracts {

/// What a tested store answers otherwise than the model; nothing where it is the same for whoever asked. Of several
/// unique fields that collide at once a store may name some; the order of what cascades touched does not count, nor
/// whether what belongs to several records is held once or once for each.
std::optional<std::string> difference_of(const Query& query, const Result<RecordPage>& model,
                                         const Result<RecordPage>& tested);
std::optional<std::string> difference_of(const RecordKey& key, const Result<Record>& model,
                                         const Result<Record>& tested);
std::optional<std::string> difference_of(const WriteBatch& batch, const Result<Applied>& model,
                                         const Result<Applied>& tested);

}  // namespace banyan::contracts
