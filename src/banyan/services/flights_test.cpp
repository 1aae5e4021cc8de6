#include "banyan/services/flights.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace banyan::services {
namespace {

using Role = Flights::Role;

CachedRecordPtr version(Version number) {
  auto record = std::make_shared<CachedRecord>();
  record->version = number;
  return record;
}

struct Passenger {
  InlineExecutor executor;
  Completion<Landing> arrival{executor};
  Flight flight;
  Role role;

  Passenger(Flights& flights, std::string_view key) : flight(flights, key), role(flights.board(flight, arrival)) {}
  Landing landing() { return arrival.await_resume(); }
};

TEST(Flights, the_first_leads_and_the_others_follow) {
  Flights flights(10);
  Passenger first(flights, "users:1");
  Passenger second(flights, "users:1");
  Passenger elsewhere(flights, "users:2");
  EXPECT_EQ(first.role, Role::leads);
  EXPECT_EQ(second.role, Role::follows);
  EXPECT_EQ(elsewhere.role, Role::leads);
}

TEST(Flights, what_the_leader_brings_goes_to_everyone_and_the_next_leads_again) {
  Flights flights(10);
  Passenger leader(flights, "users:1");
  Passenger follower(flights, "users:1");
  flights.land(leader.flight, Landing(version(7)));
  ASSERT_TRUE(follower.arrival.await_ready());
  EXPECT_EQ((**follower.landing())->version, 7U);
  EXPECT_EQ(Passenger(flights, "users:1").role, Role::leads);
}

TEST(Flights, a_detached_flight_takes_nobody_on_but_brings_home_who_boarded) {
  Flights flights(10);
  Passenger old_leader(flights, "users:1");
  Passenger old_follower(flights, "users:1");
  flights.detach("users:1");
  Passenger new_leader(flights, "users:1");
  Passenger new_follower(flights, "users:1");
  EXPECT_EQ(new_leader.role, Role::leads);
  flights.land(old_leader.flight, Landing(version(7)));
  EXPECT_EQ((**old_follower.landing())->version, 7U);
  EXPECT_FALSE(new_follower.arrival.await_ready());
  EXPECT_EQ(Passenger(flights, "users:1").role, Role::follows);
  flights.land(new_leader.flight, Landing(version(8)));
  EXPECT_EQ((**new_follower.landing())->version, 8U);
}

TEST(Flights, detaching_all_detaches_each) {
  Flights flights(10);
  Passenger first(flights, "users:1");
  Passenger second(flights, "users:2");
  flights.detach_all();
  EXPECT_EQ(Passenger(flights, "users:1").role, Role::leads);
  EXPECT_EQ(Passenger(flights, "users:2").role, Role::leads);
}

TEST(Flights, a_leader_that_never_lands_leaves_nobody_waiting) {
  Flights flights(10);
  auto leader = std::make_unique<Passenger>(flights, "users:1");
  Passenger follower(flights, "users:1");
  leader.reset();
  ASSERT_TRUE(follower.arrival.await_ready());
  EXPECT_FALSE(follower.landing());
}

TEST(Flights, the_followers_of_a_flight_are_bounded) {
  Flights flights(2);
  Passenger leader(flights, "users:1");
  Passenger second(flights, "users:1");
  Passenger third(flights, "users:1");
  EXPECT_EQ(Passenger(flights, "users:1").role, Role::refused);
  flights.land(leader.flight, Landing());
}

}  // namespace
}  // namespace banyan::services
