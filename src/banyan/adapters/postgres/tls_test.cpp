#include <filesystem>
#include <fstream>

#include "banyan/adapters/postgres/store_fixture.hpp"
#include "tests/servers/postgres_server.hpp"

namespace banyan::postgres {
namespace {

/// A server that speaks TLS, with a certificate of its own making.
class TlsTest : public testing::Test {
 protected:
  void SetUp() override {
    make_certificate("server");
    server_.run("postgres", "ALTER SYSTEM SET ssl = on");
    server_.run("postgres", "SELECT pg_reload_conf()");
    while (server_.run("postgres", "SHOW ssl").find("on") == std::string::npos) std::this_thread::yield();
    write(root_, server_.run("postgres", "SELECT pg_read_file('server.crt')"));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// The server itself runs openssl in its folder, so that its files are its own.
  void make_certificate(const std::string& name) {
    server_.run("postgres",
                "COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; openssl req -new -x509 -nodes -newkey rsa:2048 "
                "-days 2 -subj /CN=" +
                    name + " -addext subjectAltName=IP:127.0.0.1 -out " + name + ".crt -keyout " + name +
                    ".key 2>/dev/null && chmod 600 " + name + ".key'");
  }
  static void write(const std::filesystem::path& file, const std::string& text) { std::ofstream(file) << text; }
  std::string url(const std::string& parameters) const { return server_.url("postgres") + "?" + parameters; }

  testkit::PostgresServer server_;
  std::filesystem::path folder_ = [] {
    std::string name = (std::filesystem::temp_directory_path() / "banyan-tls-XXXXXX").string();
    return std::filesystem::path(mkdtemp(name.data()));
  }();
  std::filesystem::path root_ = folder_ / "root.crt";
};

TEST_F(TlsTest, every_connection_is_encrypted_where_the_url_asks_for_it) {
  const auto schema = contracts::blog();
  const SystemClock clock;
  NullLog log;
  UnseenMetrics metrics;
  auto store =
      Store::open({.url = url("sslmode=verify-full&sslrootcert=" + root_.string())}, {*schema, clock, log, metrics});
  ASSERT_TRUE(store) << store.error().message << store.error().detail;
  (*store)->on_foreign_change([](const ForeignChange&) {});
  ASSERT_TRUE((*store)->apply_additive((*store)->plan().value()));
  ASSERT_TRUE((*store)->start());
  InlineExecutor executor;
  Context context{executor, clock, clock.steady() + std::chrono::seconds(30)};
  const auto made = block_on(
      (*store)->apply(context, WriteBatch{{contracts::create(*schema->find("users"), {{"name", Value("Alice")}})}}));
  ASSERT_TRUE(made) << made.error().message;
  const RecordKey key = made->changes.front().key;
  EXPECT_TRUE(block_on((*store)->find(context, key, Source::primary)));
  EXPECT_EQ(server_.run("postgres",
                        "SELECT bool_and(s.ssl), count(*) > 2 FROM pg_stat_ssl s JOIN pg_stat_activity a "
                        "USING (pid) WHERE a.application_name LIKE 'banyan %'"),
            "t\tt");
}

TEST_F(TlsTest, a_certificate_of_another_root_is_refused_and_the_error_says_so) {
  make_certificate("other");
  write(root_, server_.run("postgres", "SELECT pg_read_file('other.crt')"));
  const auto connection = Connection::open({.url = url("sslmode=verify-full&sslrootcert=" + root_.string())}, "test");
  ASSERT_FALSE(connection);
  EXPECT_NE(connection.error().detail.find("certificate verify failed"), std::string::npos)
      << connection.error().detail;
}

}  // namespace
}  // namespace banyan::postgres
