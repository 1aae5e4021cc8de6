#pragma once

#include <memory>

#include "banyan/fleet/local/balancer.hpp"
#include "banyan/fleet/local/balancer_plan.hpp"

namespace banyan::fleet {

/// nginx, told by a new configuration that it loads while it goes on: new workers take over, and old ones end once what
/// they have is answered.
std::unique_ptr<Balancer> make_nginx(BalancerPlan plan);

}  // namespace banyan::fleet
