#pragma once

#include <memory>

#include "banyan/fleet/local/balancer.hpp"
#include "banyan/fleet/local/balancer_plan.hpp"

namespace banyan::fleet {

/// HAProxy, told through its runtime API: every place is a server from the beginning, and closed ones are in
/// maintenance.
std::unique_ptr<Balancer> make_haproxy(BalancerPlan plan);

}  // namespace banyan::fleet
