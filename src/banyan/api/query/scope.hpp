#pragma once

#include <string>
#include <vector>

#include "banyan/api/query/parser.hpp"
#include "banyan/api/query/selection.hpp"
#include "banyan/core/query.hpp"

namespace banyan::api {

/// One query of a request while it is read: the request's own, or one that is embedded.
struct Scope {
  const Collection* collection = nullptr;
  /// How parameters name it: the alias, or the name in `select`. Empty for the request's own.
  std::string name;
  Relation relation;
  bool inner = false;  ///< Only records to which something belongs.
  /// What is shown; members of kind embed and spread name `children` by place until the scope is finished.
  Selection selection;
  std::optional<Grouping> grouping;
  std::vector<Scope> children;
  /// What is said of it, under names without the path that led here.
  struct Parameter {
    std::string name;
    const std::string* whole;  ///< As the request has it.
    const std::string* value;
  };
  std::vector<Parameter> parameters;

  Query query;  ///< Once finished.

  const Scope* find(std::string_view child_name) const noexcept {
    for (const Scope& child : children)
      if (child.name == child_name) return &child;
    return nullptr;
  }
  Scope* find(std::string_view child_name) noexcept {
    return const_cast<Scope*>(std::as_const(*this).find(child_name));
  }
};

}  // namespace banyan::api
