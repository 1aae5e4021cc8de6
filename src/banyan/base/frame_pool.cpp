#include "banyan/base/frame_pool.hpp"

#include <array>
#include <new>

namespace banyan {
namespace {

constexpr std::size_t class_bytes = 128;
constexpr std::size_t class_count = 16;
constexpr int blocks_per_class_max = 64;

struct FreeBlock {
  FreeBlock* next;
};

struct FreeLists {
  struct List {
    FreeBlock* head = nullptr;
    int count = 0;
  };
  std::array<List, class_count> lists;

  ~FreeLists() {
    for (List& list : lists) {
      while (list.head) {
        FreeBlock* block = list.head;
        list.head = block->next;
        ::operator delete(block);
      }
      list.count = blocks_per_class_max;  // what is freed after this goes straight to the allocator
    }
  }
};

thread_local FreeLists free_lists;

constexpr std::size_t class_of(std::size_t bytes) { return (bytes - 1) / class_bytes; }

}  // namespace

void* allocate_frame(std::size_t bytes) {
  const std::size_t index = class_of(bytes);
  if (index >= class_count) return ::operator new(bytes);
  FreeLists::List& list = free_lists.lists[index];
  if (!list.head) return ::operator new((index + 1) * class_bytes);
  FreeBlock* block = list.head;
  list.head = block->next;
  --list.count;
  return block;
}

void free_frame(void* block, std::size_t bytes) noexcept {
  const std::size_t index = class_of(bytes);
  if (index >= class_count) return ::operator delete(block);
  FreeLists::List& list = free_lists.lists[index];
  if (list.count >= blocks_per_class_max) return ::operator delete(block);
  list.head = ::new (block) FreeBlock{list.head};
  ++list.count;
}

}  // namespace banyan
