#include "banyan/sql/workers.hpp"

#include <utility>

namespace banyan::sql {

bool Workers::push(Job job) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || queue_.size() >= queue_max_) return false;
  queue_.push_back(std::move(job));
  if (queue_.size() > idle_ && threads_.size() < threads_max_)
    threads_.emplace_back([this, number = threads_.size()] { serve(number); });
  arrived_.notify_one();
  return true;
}

void Workers::serve(std::size_t thread) {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    arrived_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    job(thread);
    lock.lock();
  }
}

void Workers::stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    arrived_.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace banyan::sql
