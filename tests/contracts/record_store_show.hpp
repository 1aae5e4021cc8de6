#pragma once

#include <string>

#include "banyan/core/record_store.hpp"

namespace banyan::contracts {

/// What stores are asked and answer, on one line, for the messages of tests. Long text is cut.
std::string show(const Value& value);
std::string show(const std::vector<Value>& row);
std::string show(const Collection& collection, const Record& record);
std::string show(const Collection& collection, const Term& term);
std::string show(const Collection& collection, const Filter& filter);
std::string show(const Query& query);
std::string show(const Write& write);
std::string show(const WriteBatch& batch);
std::string show(const Changed& changed);
std::string show(const Error& error);

}  // namespace banyan::contracts
