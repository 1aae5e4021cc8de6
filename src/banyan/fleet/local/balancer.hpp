#pragma once

#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/fleet/local/service.hpp"

namespace banyan::fleet {

/// Which instances may get requests, by their place: one entry a place.
using OpenPlaces = std::vector<bool>;

/// The balancer of a fleet on this machine: what runs it, and how it is told which instances may get requests. Every
/// instance that the fleet can have has a place with a port of its own from the beginning.
///
/// Thread safety: none.
class Balancer {
 public:
  virtual ~Balancer() = default;

  virtual ServiceSetup setup() const = 0;
  /// What it reads when it starts.
  virtual Result<void> write(const OpenPlaces& open) = 0;
  /// Has the running one send requests to these only; what is on its way to others goes on. It may take a moment. With
  /// none open, all requests fail.
  virtual Result<void> apply(const OpenPlaces& open) = 0;
  /// Whether an open place gets requests now.
  virtual bool opened(std::size_t place) = 0;
  /// Whether nothing is on its way to a closed place any more.
  virtual bool drained(std::size_t place) = 0;
};

}  // namespace banyan::fleet
