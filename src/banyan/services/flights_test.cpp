#include "banyan/services/flights.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace banyan::services {
namespace {

using Role = Flights::Role;

CachedRecordPtr version(Version number) {
  auto record = std::make_shared<CachedRecord>();
  record->version = number;
  return record;
}

Landing landed(Version number) { return Landed{version(number), Position()}; }

// Followers are made before their leaders, for a leader's end completes them.
struct Passenger {
  InlineExecutor executor;
  Completion<Landing> arrival{executor};
  std::optional<Flight> flight;
  Position position;
  Role role = Role::refused;

  Role board(Flights& flights, std::string_view key) {
    flight.emplace(flights, key, position);
    return role = flights.board(*flight, arrival);
  }
  Landing landing() { return arrival.await_resume(); }
};

TEST(Flights, the_first_leads_and_the_others_follow) {
  Flights flights(10);
  Passenger second, first, elsewhere;
  EXPECT_EQ(first.board(flights, "users:1"), Role::leads);
  EXPECT_EQ(second.board(flights, "users:1"), Role::follows);
  EXPECT_EQ(elsewhere.board(flights, "users:2"), Role::leads);
}

TEST(Flights, what_the_leader_brings_goes_to_everyone_and_the_next_leads_again) {
  Flights flights(10);
  Passenger follower, leader, next;
  leader.board(flights, "users:1");
  follower.board(flights, "users:1");
  flights.land(*leader.flight, landed(7));
  ASSERT_TRUE(follower.arrival.await_ready());
  EXPECT_EQ((*follower.landing()->record)->version, 7U);
  EXPECT_EQ(next.board(flights, "users:1"), Role::leads);
}

TEST(Flights, a_detached_flight_takes_nobody_on_but_brings_home_who_boarded) {
  Flights flights(10);
  Passenger old_follower, old_leader, late_follower, new_follower, new_leader;
  old_leader.board(flights, "users:1");
  old_follower.board(flights, "users:1");
  flights.detach("users:1");
  EXPECT_EQ(new_leader.board(flights, "users:1"), Role::leads);
  new_follower.board(flights, "users:1");
  flights.land(*old_leader.flight, landed(7));
  EXPECT_EQ((*old_follower.landing()->record)->version, 7U);
  EXPECT_FALSE(new_follower.arrival.await_ready());
  EXPECT_EQ(late_follower.board(flights, "users:1"), Role::follows);
  flights.land(*new_leader.flight, landed(8));
  EXPECT_EQ((*new_follower.landing()->record)->version, 8U);
  EXPECT_EQ((*late_follower.landing()->record)->version, 8U);
}

TEST(Flights, detaching_all_detaches_each) {
  Flights flights(10);
  Passenger first, second, first_again, second_again;
  first.board(flights, "users:1");
  second.board(flights, "users:2");
  flights.detach_all();
  EXPECT_EQ(first_again.board(flights, "users:1"), Role::leads);
  EXPECT_EQ(second_again.board(flights, "users:2"), Role::leads);
}

TEST(Flights, a_leader_that_never_lands_leaves_nobody_waiting) {
  Flights flights(10);
  Passenger follower, leader;
  leader.board(flights, "users:1");
  follower.board(flights, "users:1");
  leader.flight.reset();
  ASSERT_TRUE(follower.arrival.await_ready());
  EXPECT_FALSE(follower.landing());
}

TEST(Flights, the_followers_of_a_flight_are_bounded) {
  Flights flights(2);
  Passenger third, second, leader, fourth;
  leader.board(flights, "users:1");
  second.board(flights, "users:1");
  third.board(flights, "users:1");
  EXPECT_EQ(fourth.board(flights, "users:1"), Role::refused);
}

}  // namespace
}  // namespace banyan::services
