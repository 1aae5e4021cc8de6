#include "banyan/observe/line_ring.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <thread>

namespace banyan::observe {
namespace {

bool put(LineRing& ring, const std::string& line) {
  if (!ring.try_lock()) return false;
  char* const room = ring.reserve();
  if (room) {
    std::memcpy(room, line.data(), line.size());
    ring.commit(line.size());
  }
  ring.unlock();
  return room != nullptr;
}

std::string take(LineRing& ring) {
  const std::string bytes(ring.readable());
  ring.consume(bytes.size());
  return bytes;
}

TEST(LineRing, gives_back_what_was_put_in_order_through_many_rounds_of_any_length) {
  std::mt19937 random(7);
  LineRing ring(1'000, 100);
  std::string put_in;
  std::string taken;
  std::size_t refused = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string line = std::string(random() % 99, static_cast<char>('a' + i % 26)) + "\n";
    if (put(ring, line)) {
      put_in += line;
    } else {
      ++refused;
    }
    if (random() % 8 == 0) taken += take(ring);
  }
  for (int piece = 0; piece < 2; ++piece) taken += take(ring);
  EXPECT_EQ(taken, put_in);
  EXPECT_GT(refused, 0u);
  EXPECT_EQ(take(ring), "");
}

TEST(LineRing, refuses_when_it_is_full_and_takes_again_when_it_is_not) {
  LineRing ring(1'000, 100);
  const std::string line = std::string(99, 'x') + "\n";
  int fitted = 0;
  while (put(ring, line)) ++fitted;
  EXPECT_GE(fitted, 9);
  EXPECT_LE(fitted, 10);
  EXPECT_FALSE(put(ring, line));
  EXPECT_EQ(take(ring).size(), static_cast<std::size_t>(fitted) * 100);
  EXPECT_TRUE(put(ring, line));
}

TEST(LineRing, says_when_it_is_more_than_half_full) {
  LineRing ring(1'000, 100);
  const auto commit_100 = [&] {
    EXPECT_NE(ring.reserve(), nullptr);
    return ring.commit(100);
  };
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(commit_100());
  EXPECT_TRUE(commit_100());
  ring.consume(ring.readable().size());
  EXPECT_FALSE(commit_100());
}

TEST(LineRing, a_second_producer_is_turned_away_and_never_waits) {
  LineRing ring(1'000, 100);
  ASSERT_TRUE(ring.try_lock());
  EXPECT_FALSE(ring.try_lock());
  ring.unlock();
  EXPECT_TRUE(ring.try_lock());
}

TEST(LineRing, a_producer_and_a_consumer_at_full_speed_agree) {
  LineRing ring(2'000, 100);
  constexpr int lines = 200'000;
  std::thread producer([&] {
    for (int i = 0; i < lines; ++i) {
      const std::string line = std::to_string(i) + "\n";
      while (!put(ring, line)) std::this_thread::yield();
    }
  });
  std::string taken;
  while (ring.lines() < lines) {
    taken += take(ring);
    std::this_thread::yield();
  }
  producer.join();
  taken += take(ring);
  taken += take(ring);
  std::string expected;
  for (int i = 0; i < lines; ++i) expected += std::to_string(i) + "\n";
  EXPECT_EQ(taken, expected);
}

}  // namespace
}  // namespace banyan::observe
