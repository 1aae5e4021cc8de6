#include "banyan/adapters/postgres/progress.hpp"

#include <algorithm>

namespace banyan::postgres {

void Progress::note(SteadyTime at, std::uint64_t lsn) {
  last_ = {.at = at, .lsn = lsn};
  const bool further = samples_.empty() || lsn > samples_.back().lsn;
  const bool apart = samples_.empty() || at - samples_.back().at >= horizon_ / 100;
  if (further && apart) samples_.push_back(last_);
  // One that is older than the horizon is needed as the end of it.
  while (samples_.size() > 1 && at - samples_[1].at > horizon_) samples_.pop_front();
}

Duration Progress::behind(std::uint64_t lsn) const noexcept {
  const auto past = std::ranges::find_if(samples_, [&](const Sample& sample) { return sample.lsn > lsn; });
  return past == samples_.end() ? Duration::zero() : last_.at - past->at;
}

}  // namespace banyan::postgres
