#include "banyan/adapters/sqlite/read_pool.hpp"

#include <pthread.h>

namespace banyan::sqlite {

ReadPool::ReadPool(const Schema& schema, const ConnectionSettings& settings, const Options& options,
                   StoreMetrics& metrics)
    : schema_(schema), queue_max_(options.read_queue_max), metrics_(metrics) {
  for (std::size_t i = 0; i < options.reader_threads; ++i) {
    readers_.push_back(std::make_unique<Reader>(schema, settings, options.page_bytes_max));
  }
}

ReadPool::~ReadPool() { stop(); }

Result<void> ReadPool::open() {
  for (const auto& reader : readers_) {
    for (const Collection& collection : schema_.collections) {
      if (auto done = reader->prepare(collection); !done) return done;
    }
  }
  return {};
}

void ReadPool::start() {
  for (const auto& reader : readers_) {
    threads_.emplace_back([this, &reader = *reader] { serve(reader); });
    pthread_setname_np(threads_.back().native_handle(), "banyan-read");
  }
}

void ReadPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  readers_.clear();
}

bool ReadPool::push(ReadJob& job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= queue_max_) return false;
    queue_.push_back(&job);
    metrics_.read_queue.set(static_cast<std::int64_t>(queue_.size()));
  }
  arrived_.notify_one();
  return true;
}

void ReadPool::serve(Reader& reader) {
  while (true) {
    ReadJob* job = nullptr;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      job = queue_.front();
      queue_.pop_front();
      metrics_.read_queue.set(static_cast<std::int64_t>(queue_.size()));
    }
    if (job->context.expired()) {
      job->refuse(Error(ErrorCode::deadline_exceeded, "the read waited past its deadline"));
    } else {
      job->run(reader);
    }
  }
}

}  // namespace banyan::sqlite
