#pragma once

#include <cstddef>

namespace banyan {

/// Memory for coroutine frames: a short list of free blocks a size class and thread, so that a request's frames cost
/// no trip to the allocator. A block may be freed on another thread than it came from; it then joins that thread's
/// list. Thread-safe.
void* allocate_frame(std::size_t bytes);
void free_frame(void* block, std::size_t bytes) noexcept;

}  // namespace banyan
