// The checkers find what is broken, and nothing else.
#include "tests/histories/checkers.hpp"

#include <gmock/gmock.h>

namespace banyan::histories {
namespace {

using Kind = Operation::Kind;
using Outcome = Operation::Outcome;
using std::chrono::microseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Moment at(int micros) { return Moment(microseconds(micros)); }

Operation operation(Kind kind, Version version, int began, int ended, std::size_t client = 0) {
  return {.client = client, .kind = kind, .version = version, .began = at(began), .ended = at(ended)};
}
Operation read(Version version, int began, int ended, std::size_t client = 0) {
  return operation(Kind::read, version, began, ended, client);
}
Operation write(Version version, int began, int ended, std::size_t client = 0) {
  return operation(Kind::write, version, began, ended, client);
}
Operation remove(Version version, int began, int ended, std::size_t client = 0) {
  return operation(Kind::remove, version, began, ended, client);
}
Operation unknown(Operation operation) {
  operation.outcome = Outcome::unknown;
  return operation;
}

TEST(OlderThanAcknowledged, finds_a_read_that_began_after_the_acknowledgement_and_shows_less) {
  EXPECT_THAT(older_than_acknowledged({write(1, 0, 1), write(2, 2, 3), read(1, 4, 5, 9)}),
              ElementsAre(HasSubstr("client 9 was shown version 1 of key 0, whose version 2")));
}

TEST(OlderThanAcknowledged, lets_a_read_that_overlaps_the_change_show_either) {
  EXPECT_THAT(older_than_acknowledged({write(1, 0, 1), write(2, 2, 6), read(1, 4, 5), read(2, 4, 5)}), IsEmpty());
}

TEST(OlderThanAcknowledged, lets_a_change_of_unknown_outcome_show_or_not) {
  EXPECT_THAT(older_than_acknowledged({write(1, 0, 1), unknown(write(2, 2, 3)), read(2, 4, 5), read(1, 6, 7)}),
              IsEmpty());
}

TEST(OlderThanAcknowledged, goes_by_versions_where_acknowledgements_come_in_another_order) {
  EXPECT_THAT(older_than_acknowledged({write(3, 0, 1), write(2, 0, 5), read(3, 6, 7)}), IsEmpty());
  EXPECT_THAT(older_than_acknowledged({write(3, 0, 1), write(2, 0, 5), read(2, 6, 7)}), ElementsAre(HasSubstr("3")));
}

TEST(OlderThanAcknowledged, finds_a_removed_record_that_is_shown) {
  EXPECT_THAT(older_than_acknowledged({write(1, 0, 1), remove(2, 2, 3), read(1, 4, 5)}),
              ElementsAre(HasSubstr("removal at 2")));
}

TEST(OlderThanAcknowledged, finds_a_record_that_is_not_shown_although_nobody_removed_it) {
  EXPECT_THAT(older_than_acknowledged({write(1, 0, 1), read(0, 4, 5)}), ElementsAre(HasSubstr("no record")));
  EXPECT_THAT(older_than_acknowledged({write(1, 0, 1), remove(2, 2, 3), write(3, 4, 5), read(0, 6, 7)}),
              ElementsAre(HasSubstr("no record")));
}

TEST(OlderThanAcknowledged, lets_a_removal_that_nobody_acknowledged_show) {
  EXPECT_THAT(older_than_acknowledged({write(1, 0, 1), unknown(remove(0, 2, 3)), read(0, 4, 5)}), IsEmpty());
  EXPECT_THAT(older_than_acknowledged({write(1, 0, 1), remove(2, 4, 9), read(0, 4, 5)}), IsEmpty());
}

TEST(OlderThanAcknowledged, keeps_keys_apart) {
  Operation other = write(9, 0, 1);
  other.key = 1;
  EXPECT_THAT(older_than_acknowledged({write(1, 0, 1), other, read(1, 4, 5)}), IsEmpty());
}

TEST(OlderThanSeen, finds_a_client_that_is_shown_less_than_it_was_shown) {
  EXPECT_THAT(older_than_seen({unknown(write(2, 0, 9)), read(2, 1, 2, 5), read(1, 3, 4, 5)}),
              ElementsAre(HasSubstr("client 5 was shown version 1 of key 0, after version 2")));
}

TEST(OlderThanSeen, finds_a_client_that_is_shown_less_than_it_wrote) {
  EXPECT_THAT(older_than_seen({write(2, 0, 1, 5), read(1, 3, 4, 5)}), ElementsAre(HasSubstr("after version 2")));
}

TEST(OlderThanSeen, keeps_clients_apart) {
  EXPECT_THAT(older_than_seen({read(2, 1, 2, 5), read(1, 3, 4, 6)}), IsEmpty());
}

TEST(OlderThanSeen, finds_a_record_that_comes_back_after_it_was_gone) {
  EXPECT_THAT(older_than_seen({read(1, 0, 1), unknown(remove(2, 2, 9, 7)), read(0, 3, 4), read(1, 5, 6)}),
              ElementsAre(HasSubstr("after its removal at 2")));
  EXPECT_THAT(older_than_seen({read(1, 0, 1), unknown(remove(0, 2, 9, 7)), read(0, 3, 4), read(1, 5, 6)}),
              ElementsAre(HasSubstr("after its removal")));
}

TEST(OlderThanSeen, finds_a_record_that_is_gone_although_nobody_removed_it) {
  EXPECT_THAT(older_than_seen({read(2, 0, 1), remove(1, 0, 1, 7), read(0, 3, 4)}),
              ElementsAre(HasSubstr("no record of key 0, after version 2")));
}

TEST(OlderThanSeen, lets_a_record_be_gone_and_made_again) {
  EXPECT_THAT(older_than_seen({read(1, 0, 1), remove(2, 2, 3, 7), read(0, 4, 5), write(3, 6, 7, 7), read(3, 8, 9)}),
              IsEmpty());
}

TEST(OlderThanSeen, does_not_hold_a_client_to_a_change_of_unknown_outcome) {
  EXPECT_THAT(older_than_seen({unknown(write(2, 0, 1)), read(1, 3, 4)}), IsEmpty());
}

TEST(NeverWritten, finds_a_version_that_is_from_nobody_or_from_the_future) {
  EXPECT_THAT(never_written({write(1, 0, 1), read(2, 2, 3)}), ElementsAre(HasSubstr("nobody had written")));
  EXPECT_THAT(never_written({read(2, 2, 3), write(2, 4, 5)}), ElementsAre(HasSubstr("nobody had written")));
  EXPECT_THAT(never_written({unknown(write(2, 2, 9)), read(2, 2, 3), read(0, 0, 1)}), IsEmpty());
}

TEST(StalenessTest, is_counted_from_the_first_acknowledgement_of_a_later_change) {
  const Staleness found =
      staleness({write(1, 0, 1), write(3, 2, 20), write(2, 2, 10), read(1, 110, 111), read(3, 112, 113)});
  EXPECT_EQ(found.reads, 2U);
  EXPECT_EQ(found.stale, 1U);
  EXPECT_EQ(found.worst, microseconds(100));
}

TEST(StalenessTest, counts_a_record_that_is_shown_after_its_removal_and_one_that_is_not_shown_yet) {
  EXPECT_EQ(staleness({write(1, 0, 1), remove(2, 2, 3), read(1, 13, 14)}).worst, microseconds(10));
  EXPECT_EQ(staleness({write(1, 0, 1), remove(2, 2, 3), write(3, 4, 5), read(0, 25, 26)}).worst, microseconds(20));
  EXPECT_EQ(staleness({write(1, 0, 1), remove(2, 2, 3), read(0, 25, 26)}).worst, microseconds(0));
}

}  // namespace
}  // namespace banyan::histories
