#pragma once

#include <vector>

#include "banyan/core/query.hpp"
#include "banyan/services/sight.hpp"

namespace banyan::services {

/// Takes out of a page what its records hide from the viewer: a tree of the query's collections, made before the query
/// is given away. Lifetime: that of the inputs and the schema.
class PageMask {
 public:
  PageMask(const RuleInputs& inputs, const Query& query);

  bool hides_anything() const;
  /// Says in `hidden` what is left out, in the page and those within it, and makes those values null.
  void apply(RecordPage& page) const;

 private:
  void apply_here(RecordPage& page) const;

  Sight sight_;
  bool grouped_;
  std::vector<PageMask> embeds_;  ///< Empty where none hides anything.
};

}  // namespace banyan::services
