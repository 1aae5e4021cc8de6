#include "banyan/config/postgres_url.hpp"

#include <gtest/gtest.h>

namespace banyan::config {
namespace {

std::string refusal_of(std::string_view url) {
  const auto refusal = check_postgres_url(url);
  return refusal ? refusal->message : "";
}

TEST(PostgresUrl, is_taken_as_libpq_takes_it) {
  for (const char* url : {
           "postgres://localhost/shop",
           "postgresql://localhost/shop",
           "postgres://shop:secret@db.example.com:5432/shop",
           "postgres://shop@db/shop",
           "postgres:///shop",
           "postgres://%2Frun%2Fpostgresql/shop",
           "postgres://[::1]:5432/shop",
           "postgres://u:p@[2001:db8::1]/shop",
           "postgres://one:5432,two,[::1]:5434/shop?target_session_attrs=read-write",
           "postgres://u:p%40%2F%25@db/shop?sslmode=verify-full&sslrootcert=/etc/ca.pem&connect_timeout=3",
           "postgres://u:a:b#c@db/shop",
           "postgres://db?dbname=shop",
           "postgres://?service=shop",
           "postgres://db:/shop",
       })
    EXPECT_EQ(refusal_of(url), "") << url;
}

TEST(PostgresUrl, that_is_wrong_is_told_why_and_never_repeated) {
  const std::pair<const char*, const char*> cases[] = {
      {"postgres:hunter2", "must have '//' after 'postgres:'"},
      {"postgres://u:hunter2@db", "must name a database after the host"},
      {"postgres://u:hunter2@db/", "must name a database after the host"},
      {"postgres://u:hunter2@db/?dbname=", "must name a database after the host"},
      {"postgres://u:hunter2@db:x/shop", "has a port that is none: it must be 1 to 65535"},
      {"postgres://u:hunter2@db:0/shop", "has a port that is none: it must be 1 to 65535"},
      {"postgres://u:hunter2@db:65536/shop", "has a port that is none: it must be 1 to 65535"},
      {"postgres://u:hunter2@one:1,two:x/shop", "has a port that is none: it must be 1 to 65535"},
      {"postgres://u:hun/ter2@db/shop", "has a port that is none: it must be 1 to 65535"},
      {"postgres://u:hun?ter2@db/shop", "has a port that is none: it must be 1 to 65535"},
      {"postgres://u:12?hunter=2@db/shop", "must name a database after the host"},
      {"postgres://u:12/hunter2@db/shop", "must name one database after the host"},
      {"postgres://u:hun@ter2@db/shop", "has more than one '@' before the host"},
      {"postgres://u:hunter2%@db/shop", "has a '%' that two hexadecimal digits do not follow"},
      {"postgres://u:hunter2%4g@db/shop", "has a '%' that two hexadecimal digits do not follow"},
      {"postgres://u:hunter2%00@db/shop", "has a '%' that two hexadecimal digits do not follow"},
      {"postgres://u:hun ter2@db/shop", "must not hold spaces or control characters"},
      {"postgres://u:hunter2@::1/shop", "must have an IPv6 address in brackets, and ':' only before the port"},
      {"postgres://u:hunter2@[::g]/shop", "must have an IPv6 address between '[' and ']'"},
      {"postgres://u:hunter2@[::1/shop", "must have an IPv6 address between '[' and ']'"},
      {"postgres://u:hunter2@[::1]5/shop", "must have ':' and a port after ']', or nothing"},
      {"postgres://u:hunter2@db/shop/x", "must name one database after the host"},
      {"postgres://u:hunter2@db/shop?hunter2", "must have parameters as name=value, with '&' between"},
      {"postgres://u:hunter2@db/shop?HUNTER2=1", "has a parameter whose name is none"},
      {"postgres://u@db/shop?sslmod=require", "has the unknown parameter 'sslmod', did you mean 'sslmode'?"},
      {"postgres://u@db/shop?schema=public", "has the unknown parameter 'schema'"},
      {"postgres://u@db/shop?sslmode=hunter2",
       "has an unknown sslmode: it must be one of disable, allow, prefer, require, verify-ca, verify-full"},
  };
  for (const auto& [url, message] : cases) EXPECT_EQ(refusal_of(url), message) << url;
  EXPECT_NE(refusal_of("postgres://db/" + std::string(5'000, 'x')), "");
}

TEST(PostgresUrl, is_shown_without_user_password_and_parameters) {
  EXPECT_EQ(shown_postgres_url("postgres://u:hunter2@one:5432,two/shop?password=hunter2"),
            "postgres://one:5432,two/shop");
  EXPECT_EQ(shown_postgres_url("postgresql:///shop"), "postgres:///shop");
}

}  // namespace
}  // namespace banyan::config
