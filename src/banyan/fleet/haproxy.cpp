#include <algorithm>
#include <bit>

#include "banyan/fleet/render.hpp"
#include "banyan/fleet/text.hpp"

namespace banyan::fleet {
namespace {

using config::Config;
using config::Fleet;

constexpr std::size_t rewrite_bytes = 2048;  // for headers that are added here
constexpr std::size_t added_headers = 16;

// Tabs as in the examples of HAProxy.
constexpr std::string_view template_text = R"(# HAProxy 2.6 or later before the instances of @app@.
# Written by `banyan fleet render haproxy`: change the configuration of Banyan and render again.

global
	log stdout format raw local0 @log_level@
	@system@
	# maxconn follows from this and from what the system lets a process open: a client and its instance take one each.
	fd-hard-limit @files@
	stats socket @socket@ mode 600 level admin expose-fd listeners
	stats timeout 1m
	# A process that was replaced by a reload finishes what it has begun, for so long.
	hard-stop-after @drain@
	# A request line and headers as large as the instances take, and what is added here.
	tune.bufsize @buffer@
	tune.maxrewrite @rewrite@
	tune.http.maxhdr @header_count@
	@tls_defaults@

defaults
	mode http
	log global
	option dontlognull
	option abortonclose
	option http-keep-alive
	# A process that was replaced by a reload ends a connection with an answer, not under a client's next request.
	option idle-close-on-response
	timeout http-request @header_timeout@
	timeout http-keep-alive @idle_timeout@
	timeout client @client_timeout@
	timeout client-fin 10s
	timeout connect @connect_timeout@
	# Longer than an instance takes to say itself that it is too slow.
	timeout server @server_timeout@
	timeout server-fin 10s
	# For a place at an instance whose max_connections are taken: overload is refused quickly.
	timeout queue 1s
	timeout tunnel 1h
	timeout check @check_timeout@
	@errors@

frontend clients
	bind @bind@
	@log_format@
	unique-id-format %[uuid()]
	# A client may name its request as Banyan allows it; otherwise it is named here.
	http-request set-var(txn.request_id) unique-id
	http-request set-var(txn.request_id) req.hdr(X-Request-Id) if { req.hdr_cnt(X-Request-Id) eq 1 } { req.hdr(X-Request-Id) -m reg ^[A-Za-z0-9._-]{1,64}$ }
	http-request set-header X-Request-Id %[var(txn.request_id)]
	http-request deny deny_status 413 if { req.body_size gt @body@ }
	# What a client says of itself on its way here is not believed: replaced, never appended to.
	http-request del-header X-Forwarded- -m beg
	http-request del-header Forwarded
	http-request del-header X-Real-IP
	http-request set-header X-Forwarded-For %[src]
	http-request set-header X-Forwarded-Proto @scheme@
	http-request set-header X-Forwarded-Host %[req.hdr(Host)]
	# Between two hops only. Without TE no answer may bring trailers.
	http-request del-header Connection
	http-request del-header TE
	http-request del-header Trailer
	http-request del-header Keep-Alive
	http-request del-header Proxy-Connection
	http-request del-header Proxy
	http-request del-header Upgrade
	option http-restrict-req-hdr-names delete
	# Before 3.2, HAProxy passes the trailers of a chunked request on; Banyan drops them.
	.if version_atleast(3.2)
	option http-drop-request-trailers
	option http-drop-response-trailers
	.endif
	http-response del-header Trailer
	http-after-response set-header X-Request-Id %[var(txn.request_id)] if { var(txn.request_id) -m found }
	http-after-response set-header Date %[date,http_date] unless { res.hdr(Date) -m found }
	@hsts@
	# They are logged where they go on from.
	http-request set-log-level silent unless { method GET HEAD OPTIONS }
	use_backend writes unless { method GET HEAD OPTIONS }
	default_backend instances

# Where an instance goes away under any but the first request of a connection, HAProxy has no answer: it ends the
# connection, and over HTTP/2 says that nothing was done. Clients then send the request again by themselves, as they may a
# read. A write has a connection of its own from here to the next frontend, which answers then.
backend writes
	option httpclose
	timeout server @write_timeout@
	server inside @inside@ send-proxy-v2

frontend inside
	bind @inside@ accept-proxy
	@log_format@
	http-request set-var(txn.request_id) req.hdr(X-Request-Id)
	# Whatever failed before a byte was sent goes to another instance. What was sent may have been done, so only reads
	# are sent again.
	http-request disable-l7-retry
	default_backend instances

backend instances
	@balance@
	# A write, which is the first of its connection, is put on no kept one: that may have died unnoticed.
	http-reuse safe
	option httpchk
	http-check send meth GET uri @health_path@ ver HTTP/1.1 hdr Host banyan
	http-check expect status 200
	retries @retries@
	# Not after a 503: whoever has too much to do is not helped by others who have as much.
	retry-on conn-failure empty-response
	option redispatch 1
	@cookie@
	default-server check inter @interval@ fastinter @fast_interval@ rise @rise@ fall @fall@
	@servers@

@redirect@
@metrics@
)";

constexpr std::string_view log_format =
    R"(log-format '{"at":%Ts.%ms,"client":"%ci:%cp","request_id":"%[var(txn.request_id)]","method":"%HM","target":"%[capture.req.uri,json(utf8ps)]","status":%ST,"duration_ms":%Ta,"waited_ms":%Tw,"connected_ms":%Tc,"bytes_out":%B,"instance":"%s","retries":"%rc","ended":"%tsc"}')";

// Where it listens on every address, IPv4 is among them.
std::string listen(const config::Endpoint& endpoint) {
  return to_string(endpoint) + (endpoint.host == "::" ? " v4v6" : "");
}

std::string bind(const Fleet& fleet) {
  std::string text = listen(fleet.listen);
  if (fleet.tls.enabled()) text += " ssl crt " + fleet.tls.certificate.string() + " alpn h2,http/1.1";
  return text;
}

std::string balance(Fleet::Algorithm algorithm) {
  switch (algorithm) {
    case Fleet::Algorithm::round_robin: return "balance roundrobin";
    case Fleet::Algorithm::least_connections: return "balance leastconn";
    case Fleet::Algorithm::ip_hash: return "balance source\nhash-type consistent";
  }
  return {};
}

std::string cookie(const Fleet& fleet) {
  if (fleet.sticky_cookie.empty()) return {};
  return "# An instance that is gone costs its clients nothing but the change.\n"
         "cookie " +
         fleet.sticky_cookie + " insert indirect nocache httponly" + (fleet.tls.enabled() ? " secure" : "") +
         " attr SameSite=Lax";
}

std::string server(const Fleet& fleet, std::size_t place, const Placement& placement) {
  const Fleet::Instance& instance = fleet.instances[place];
  const std::string name = haproxy_server_name(place);
  std::string line =
      "server " + name + " " + to_string(instance.endpoint) + " weight " + std::to_string(instance.weight);
  if (instance.max_connections > 0) line += " maxconn " + std::to_string(instance.max_connections);
  if (!fleet.sticky_cookie.empty()) line += " cookie " + name;
  if (place < placement.closed.size() && placement.closed[place]) line += " disabled";
  return line;
}

std::string servers(const Fleet& fleet, const Placement& placement) {
  std::string lines;
  for (std::size_t place = 0; place < fleet.instances.size(); ++place) lines += server(fleet, place, placement) + "\n";
  return lines;
}

std::string errors() {
  std::string lines;
  for (const OwnAnswer& answer : own_answers()) {
    if (answer.status == 414 || answer.status == 431) continue;  // HAProxy answers 400 to these
    lines += "http-error status " + std::to_string(answer.status) + " content-type application/problem+json string '" +
             problem_json(answer) + "'";
    lines += answer.status == 503 ? " hdr Retry-After 1\n" : "\n";
  }
  return lines;
}

std::string tls_defaults(const Fleet::Tls& tls) {
  if (!tls.enabled()) return {};
  std::string lines =
      "ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets\n"
      "ssl-default-bind-ciphers " +
      std::string(tls12_ciphers) +
      "\n"
      "ssl-default-bind-ciphersuites "
      "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
  if (!tls.key.empty() && tls.key == std::filesystem::path(tls.certificate).replace_extension(".key"))
    lines += "\nssl-load-extra-del-ext";
  return lines;
}

std::string hsts(const Fleet::Tls& tls) {
  if (tls.hsts.count() == 0) return {};
  return "http-after-response set-header Strict-Transport-Security max-age=" + std::to_string(tls.hsts.count());
}

std::string redirect(const Fleet& fleet) {
  if (fleet.tls.redirect.port == 0) return {};
  const std::string port = fleet.listen.port == 443 ? "" : ":" + std::to_string(fleet.listen.port);
  return "frontend plain\n"
         "\tbind " +
         listen(fleet.tls.redirect) +
         "\n"
         "\thttp-request redirect location https://%[req.hdr(Host),regsub(:[0-9]*$,)]" +
         port + "%[pathq] code 308\n\n";
}

std::string metrics(const Fleet& fleet) {
  if (fleet.metrics.port == 0) return {};
  return "frontend metrics\n"
         "\tbind " +
         listen(fleet.metrics) +
         "\n"
         "\tno log\n"
         "\thttp-request use-service prometheus-exporter if { path /metrics }\n"
         "\thttp-request return status 404\n";
}

std::string system_accounts(const Placement& placement) {
  // Two fleets that are tried on one machine must not share a port.
  return placement.folder.empty() ? "user haproxy\ngroup haproxy\nchroot /var/lib/haproxy" : "noreuseport";
}

// Longer than the frontend inside takes to find an instance, and that one to answer.
std::chrono::milliseconds write_timeout(const Config& config) {
  const auto tries = static_cast<int>(config.fleet.retries) + 1;
  return config.server.limits.request_timeout + std::chrono::seconds(10) + tries * config.fleet.health.timeout;
}

// In no folder, so that a process in a chroot reaches it; one name for each HAProxy of a machine.
std::string inside(const Fleet& fleet) {
  std::string name = to_string(fleet.listen);
  std::ranges::replace_if(name, [](char c) { return c == ':' || c == '[' || c == ']'; }, '-');
  return "abns@banyan-" + name;
}

// A power of two, as memory is handed out.
std::size_t buffer_bytes(const config::Limits& limits) {
  return std::max<std::size_t>(16'384, std::bit_ceil(limits.request_line_bytes + limits.header_bytes + rewrite_bytes));
}

}  // namespace

std::string haproxy_server_name(std::size_t place) { return "i" + std::to_string(place + 1); }

std::filesystem::path haproxy_socket(const Config& config, const Placement& placement) {
  return placement.folder.empty() ? config.fleet.runtime_socket : placement.folder / "haproxy.sock";
}

Result<std::string> render_haproxy(const Config& config, const Placement& placement) {
  if (auto sound = check_renderable(config); !sound) return std::unexpected(sound.error());
  const Fleet& fleet = config.fleet;
  const config::Limits& limits = config.server.limits;
  if (fleet.tls.enabled() && !haproxy_finds_key(fleet.tls))
    return fail(Error(ErrorCode::invalid, "HAProxy does not look for a key at " + fleet.tls.key.string())
                    .with_hint("Name it " + fleet.tls.certificate.string() + ".key."));
  const auto number = [](std::size_t value) { return std::to_string(value); };
  const Filling fillings[] = {
      {"app", config.app_name},
      {"log_format", std::string(log_format)},
      {"log_level", placement.request_log ? "info" : "notice"},
      {"system", system_accounts(placement)},
      // A write has two connections more, inside.
      {"files", number(4 * limits.connections + 1024)},
      {"socket", haproxy_socket(config, placement).string()},
      {"drain", duration(fleet.drain)},
      {"buffer", number(buffer_bytes(limits))},
      {"rewrite", number(rewrite_bytes)},
      {"header_count", number(limits.header_count + added_headers)},
      {"tls_defaults", tls_defaults(fleet.tls)},
      {"header_timeout", duration(limits.header_timeout)},
      {"idle_timeout", duration(limits.idle_timeout)},
      {"client_timeout", duration(std::max(limits.body_timeout, limits.write_timeout))},
      {"connect_timeout", duration(fleet.health.timeout)},
      {"server_timeout", duration(limits.request_timeout + std::chrono::seconds(5))},
      {"write_timeout", duration(write_timeout(config))},
      {"inside", inside(fleet)},
      {"check_timeout", duration(fleet.health.timeout)},
      {"errors", errors()},
      {"bind", bind(fleet)},
      {"body", number(limits.body_bytes)},
      {"scheme", fleet.tls.enabled() ? "https" : "http"},
      {"hsts", hsts(fleet.tls)},
      {"balance", balance(fleet.algorithm)},
      {"health_path", fleet.health.path},
      {"retries", number(fleet.retries)},
      {"cookie", cookie(fleet)},
      {"interval", duration(fleet.health.interval)},
      {"fast_interval", duration(std::max(fleet.health.interval / 4, std::chrono::milliseconds(100)))},
      {"rise", number(fleet.health.rise)},
      {"fall", number(fleet.health.fall)},
      {"servers", servers(fleet, placement)},
      {"redirect", redirect(fleet)},
      {"metrics", metrics(fleet)},
  };
  return fill(template_text, fillings);
}

}  // namespace banyan::fleet
