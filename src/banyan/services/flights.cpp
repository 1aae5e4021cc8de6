#include "banyan/services/flights.hpp"

#include <boost/container_hash/hash.hpp>

namespace banyan::services {

Flight::~Flight() {
  if (under_way_) flights_.land(*this, std::nullopt);
}

Flights::Shard& Flights::shard_of(std::string_view key) noexcept {
  return shards_[(boost::hash<std::string_view>()(key) >> 24) % shards_.size()];
}

Flights::Role Flights::board(Flight& flight, Completion<Landing>& arrival) {
  Shard& shard = shard_of(flight.key_);
  const std::lock_guard lock(shard.mutex);
  const auto [place, leads] = shard.boarding.try_emplace(flight.key_, &flight);
  if (leads) {
    flight.under_way_ = true;
    return Role::leads;
  }
  Flight& leader = *place->second;
  if (!flight.position_.is_behind(leader.position_)) return Role::alone;
  std::vector<Completion<Landing>*>& followers = leader.followers_;
  if (followers.size() >= followers_max_) return Role::refused;
  followers.push_back(&arrival);
  return Role::follows;
}

void Flights::land(Flight& flight, const Landing& landing) {
  std::vector<Completion<Landing>*> followers;
  {
    Shard& shard = shard_of(flight.key_);
    const std::lock_guard lock(shard.mutex);
    const auto place = shard.boarding.find(flight.key_);
    if (place != shard.boarding.end() && place->second == &flight) shard.boarding.erase(place);
    flight.under_way_ = false;
    followers.swap(flight.followers_);
  }
  for (Completion<Landing>* follower : followers) follower->complete(landing);
}

void Flights::detach(std::string_view key) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  shard.boarding.erase(key);
}

void Flights::detach_all() {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    shard.boarding.clear();
  }
}

}  // namespace banyan::services
