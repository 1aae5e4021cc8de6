#include "banyan/fleet/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/servers/certificate.hpp"

namespace banyan::fleet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::filesystem::path golden = std::filesystem::path(BANYAN_SOURCE_FOLDER) / "src/banyan/fleet/golden";
const std::string certificate = "/etc/banyan/shop.pem";  // as in golden/tls.toml

std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

config::Config config_of(const std::filesystem::path& file) {
  auto config = config::load(file, {{"BANYAN_SERVICE_KEY", "0123456789abcdef"}});
  if (config) return std::move(*config);
  ADD_FAILURE() << to_string(config.error().front());
  return {};
}

config::Config fleet_of(const std::string& lines) {
  auto config = config::load_text(
      "[fleet]\n" + lines, "/srv/banyan.toml",
      {{"BANYAN_SERVICE_KEY", "0123456789abcdef"}, {"DATABASE_URL", "postgres://db/app"}, {"BANYAN_CACHE_URL", "off"}});
  if (config) return std::move(*config);
  ADD_FAILURE() << to_string(config.error().front());
  return {};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// A folder of the test's own with a certificate in it.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/banyan-fleet-XXXXXX";
    path_ = ::mkdtemp(name);
    testkit::make_certificate(path_, "shop");
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

  /// What a checker says of the text besides that it is well; empty when it has nothing against it.
  std::string complaints(const std::string& checker, const std::string& text) const {
    const auto file = path_ / "balancer.conf";
    const auto said = path_ / "said";
    std::string own = replaced(text, certificate, (path_ / "shop.pem").string());
    // The machine's own nginx may run: what it keeps there is left alone.
    own = replaced(own, "/run/nginx.pid", (path_ / "nginx.pid").string());
    std::ofstream(file) << replaced(own, "/var/log/nginx/", path_.string() + "/");
    const int status = std::system((checker + " " + file.string() + " >" + said.string() + " 2>&1").c_str());
    std::istringstream lines(content(said));
    std::string rest = status == 0 ? "" : "it failed\n";
    for (std::string line; std::getline(lines, line);)
      if (line.find("onfiguration file ") == std::string::npos) rest += line + "\n";
    return rest;
  }

 private:
  std::filesystem::path path_;
};

class Rendering : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Golden, Rendering, ::testing::Values("count", "weights", "ip_hash", "tls"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(Rendering, is_that_of_the_golden_files) {
  const std::string name = GetParam();
  const auto config = config_of(golden / (name + ".toml"));
  EXPECT_EQ(render_haproxy(config).value(), content(golden / (name + ".haproxy.cfg")))
      << "if that is as it should be: banyan fleet render haproxy " << name << ".toml -o " << name << ".haproxy.cfg";
  EXPECT_EQ(render_nginx(config).value(), content(golden / (name + ".nginx.conf")))
      << "if that is as it should be: banyan fleet render nginx " << name << ".toml -o " << name << ".nginx.conf";
}

TEST_P(Rendering, is_taken_by_the_balancers_own_checkers_without_a_warning) {
  const Folder folder;
  const auto config = config_of(golden / (std::string(GetParam()) + ".toml"));
  std::vector<Placement> placements = {{folder.path()}};
  if (::geteuid() == 0) placements.emplace_back();  // the packages' folders are not an ordinary user's
  for (const Placement& placement : placements) {
    EXPECT_EQ(folder.complaints("/usr/sbin/haproxy -c -f", render_haproxy(config, placement).value()), "");
    EXPECT_EQ(folder.complaints("/usr/sbin/nginx -t -e " + (folder.path() / "error.log").string() + " -c",
                                render_nginx(config, placement).value()),
              "");
  }
}

TEST(Rendering, that_a_checker_only_warns_of_is_seen_by_these_tests) {
  const Folder folder;
  EXPECT_THAT(folder.complaints("/usr/sbin/haproxy -c -f", "listen a\n\tbind 127.0.0.1:1\n\tserver b 127.0.0.1:2\n"),
              HasSubstr("[WARNING]"));
  EXPECT_THAT(folder.complaints("/usr/sbin/nginx -t -c",
                                "pid /run/nginx.pid;\nevents {}\nhttp {\n" +
                                    replaced("SS", "S", "server { listen 1; server_name a; }\n") + "}\n"),
              HasSubstr("[warn]"));
}

TEST(Rendering, without_a_fleet_says_how_to_describe_one) {
  for (const auto& text : {render_haproxy({}), render_nginx({})}) {
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().message, "no fleet is described");
    EXPECT_THAT(text.error().hint, HasSubstr("instances = 3"));
  }
}

TEST(Rendering, refuses_a_key_that_haproxy_would_not_find) {
  const auto config = fleet_of("instances = 1\nbalancer = \"nginx\"\ntls_certificate = \"a.pem\"\ntls_key = \"b.pem\"");
  ASSERT_FALSE(render_haproxy(config));
  EXPECT_THAT(render_haproxy(config).error().hint, HasSubstr("/srv/a.pem.key"));
  EXPECT_THAT(render_nginx(config).value(), HasSubstr("ssl_certificate_key /srv/b.pem;"));
}

TEST(Rendering, keeps_the_name_of_an_application_in_its_comment) {
  auto config = fleet_of("instances = 1");
  config.app_name = "a @app@ # \"b\" {";
  EXPECT_THAT(render_haproxy(config).value(), HasSubstr("instances of a @app@ # \"b\" {.\n"));
}

TEST(Rendering, for_a_folder_of_its_own_touches_nothing_of_the_systems) {
  const auto config = fleet_of("instances = 1");
  for (const std::string& text : {render_haproxy(config, {"/tmp/x"}).value(), render_nginx(config, {"/tmp/x"}).value()})
    for (const char* foreign : {"/run", "/var", "chroot", "user haproxy", "user www-data"})
      EXPECT_THAT(text, Not(HasSubstr(foreign)));
  EXPECT_THAT(render_haproxy(config, {"/tmp/x"}).value(), HasSubstr("stats socket /tmp/x/haproxy.sock "));
}

TEST(Rendering, logs_no_requests_where_that_is_asked_for) {
  const auto config = config_of(golden / "weights.toml");
  const Folder folder;
  const Placement quiet{.folder = folder.path(), .request_log = false};
  const std::string haproxy = render_haproxy(config, quiet).value();
  EXPECT_THAT(haproxy, HasSubstr("\tlog stdout format raw local0 notice\n"));
  EXPECT_EQ(folder.complaints("/usr/sbin/haproxy -c -f", haproxy), "");
  const std::string nginx = render_nginx(config, quiet).value();
  EXPECT_THAT(nginx, HasSubstr("\n\taccess_log off;\n"));
  EXPECT_THAT(nginx, Not(HasSubstr("nginx_access.log")));
  EXPECT_EQ(folder.complaints("/usr/sbin/nginx -t -e " + (folder.path() / "error.log").string() + " -c", nginx), "");
}

TEST(Rendering, for_haproxy_has_closed_instances_in_maintenance_from_the_start) {
  const auto config = fleet_of("instances = 3\nsticky = \"at\"");
  const Folder folder;
  const std::string text = render_haproxy(config, {.folder = folder.path(), .closed = {true, false}}).value();
  EXPECT_EQ(folder.complaints("/usr/sbin/haproxy -c -f", text), "");
  EXPECT_THAT(text, HasSubstr(" cookie i1 disabled\n"));
  EXPECT_THAT(text, HasSubstr(" cookie i2\n"));
  EXPECT_THAT(text, HasSubstr(" cookie i3\n"));
}

}  // namespace
}  // namespace banyan::fleet
