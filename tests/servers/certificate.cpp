#include "tests/servers/certificate.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/servers/postgres_processes.hpp"

namespace banyan::testkit {

Certificate make_certificate(const std::filesystem::path& folder, const std::string& name) {
  Certificate made{.file = folder / (name + ".pem"), .key = folder / (name + ".pem.key")};
  const std::filesystem::path log = folder / "openssl.log";
  const int status =
      wait_for_program(start_program({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                                      "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=" + name,
                                      "-addext", "subjectAltName=IP:127.0.0.1", "-out", made.file, "-keyout", made.key},
                                     log));
  if (status == 0) return made;
  std::ifstream said(log);
  throw std::runtime_error("openssl makes no certificate:\n" +
                           std::string(std::istreambuf_iterator<char>(said), std::istreambuf_iterator<char>()));
}

}  // namespace banyan::testkit
