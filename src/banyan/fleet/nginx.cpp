#include <algorithm>

#include "banyan/fleet/render.hpp"
#include "banyan/fleet/text.hpp"

namespace banyan::fleet {
namespace {

using config::Config;
using config::Fleet;
using std::chrono::seconds;

constexpr std::size_t kept_connections = 64;  // idle ones a worker, to all instances together

constexpr std::string_view template_text = R"(# nginx 1.22 or later before the instances of @app@.
# Written by `banyan fleet render nginx`: change the configuration of Banyan and render again.

@system@
worker_processes auto;
worker_rlimit_nofile @files@;
# A worker that was replaced by a reload finishes what it has begun, for so long.
worker_shutdown_timeout @drain@;

events {
	worker_connections @worker_connections@;
}

http {
	@paths@
	log_format banyan escape=json '{"at":"$time_iso8601","client":"$remote_addr:$remote_port","request_id":"$request_name","method":"$request_method","target":"$request_uri","status":$status,"duration_s":$request_time,"bytes_out":$bytes_sent,"instance":"$upstream_addr","instance_status":"$upstream_status"}';
	access_log @access_log@;
	server_tokens off;

	# A client may name its request as Banyan allows it; otherwise it is named here.
	map $http_x_request_id $request_name {
		"~^[A-Za-z0-9._-]{1,64}$" $http_x_request_id;
		default $request_id;
	}
	# Whether anything was sent to an instance before it failed: then it may have been done.
	map $upstream_bytes_sent $was_sent {
		"~[1-9]" 1;
		default "";
	}
	map $upstream_bytes_sent $retry_after {
		"~[1-9]" "";
		default 1;
	}
	@sticky_maps@

	upstream instances {
		zone instances 512k;
		@balance@
		# The open-source edition does not ask @health_path@ by itself: it takes an instance out for a while when requests to it
		# have failed. HAProxy asks.
		@servers@
		keepalive @kept@;
		keepalive_requests 100000;
		keepalive_timeout @kept_time@;
	}

	server {
		listen @listen@;
		@tls@

		client_header_timeout @header_timeout@;
		client_body_timeout @body_timeout@;
		send_timeout @write_timeout@;
		keepalive_timeout @idle_timeout@;
		keepalive_requests 10000;
		client_max_body_size @body@;
		client_body_buffer_size 64k;
		large_client_header_buffers 4 @header_buffer@;
		reset_timedout_connection on;

		proxy_http_version 1.1;
		proxy_connect_timeout @connect_timeout@;
		proxy_send_timeout @body_timeout@;
		# Longer than an instance takes to say itself that it is too slow.
		proxy_read_timeout @server_timeout@;
		# Bodies are read whole first: trailers end here, and a slow client does not hold an instance.
		proxy_request_buffering on;
		proxy_buffer_size 16k;
		proxy_buffers 8 16k;
		proxy_max_temp_file_size 0;
		# Whatever failed before a byte was sent goes to another instance. What was sent may have been done: nginx sends reads,
		# PUT and DELETE again, and never POST and PATCH.
		@next@

		proxy_set_header Host $http_host;
		proxy_set_header X-Request-Id $request_name;
		# What a client says of itself on its way here is not believed: replaced, never appended to.
		proxy_set_header X-Forwarded-For $remote_addr;
		proxy_set_header X-Forwarded-Proto $scheme;
		proxy_set_header X-Forwarded-Host $http_host;
		proxy_set_header X-Forwarded-Port "";
		proxy_set_header X-Forwarded-Server "";
		proxy_set_header X-Forwarded-Prefix "";
		proxy_set_header X-Forwarded-Ssl "";
		proxy_set_header Forwarded "";
		proxy_set_header X-Real-IP "";
		# Between two hops only. Without TE no answer may bring trailers.
		proxy_set_header Connection "";
		proxy_set_header TE "";
		proxy_set_header Trailer "";
		proxy_set_header Keep-Alive "";
		proxy_set_header Proxy-Connection "";
		proxy_set_header Proxy "";
		proxy_set_header Upgrade "";
		proxy_hide_header X-Request-Id;
		proxy_hide_header Trailer;

		@added_headers@
		@sticky_cookie@

		location / {
			proxy_pass http://instances;
		}

		@error_pages@
		@error_locations@
	}

	@redirect@
	@metrics@
}
)";

// Whole seconds, one at least: some of nginx' directives take no less.
std::string whole_seconds(std::chrono::milliseconds time) {
  return std::to_string(std::max<std::int64_t>(std::chrono::ceil<seconds>(time).count(), 1)) + "s";
}

// Where it listens on every address, IPv4 is among them.
std::string listen(const config::Endpoint& endpoint) {
  return to_string(endpoint) + (endpoint.host == "::" ? " ipv6only=off" : "");
}

std::string balance(const Fleet& fleet) {
  if (!fleet.sticky_cookie.empty()) return "hash $sticky_key consistent;";
  switch (fleet.algorithm) {
    case Fleet::Algorithm::round_robin: return {};
    case Fleet::Algorithm::least_connections: return "least_conn;";
    // Not ip_hash: it looks at three of the four numbers of an address only.
    case Fleet::Algorithm::ip_hash: return "hash $remote_addr consistent;";
  }
  return {};
}

std::string servers(const Fleet& fleet) {
  std::string lines;
  const std::string out =
      " max_fails=" + std::to_string(fleet.health.fall) + " fail_timeout=" + whole_seconds(fleet.health.interval);
  for (const Fleet::Instance& instance : fleet.instances) {
    lines += "server " + to_string(instance.endpoint) + " weight=" + std::to_string(instance.weight);
    if (instance.max_connections > 0) lines += " max_conns=" + std::to_string(instance.max_connections);
    lines += out + ";\n";
  }
  return lines;
}

// The key of a client that has no cookie yet is the value that it is given.
std::string sticky_maps(const Fleet& fleet) {
  if (fleet.sticky_cookie.empty()) return {};
  const std::string cookie = "$cookie_" + fleet.sticky_cookie;
  const std::string attributes =
      std::string("; Path=/; HttpOnly; SameSite=Lax") + (fleet.tls.enabled() ? "; Secure" : "");
  return "map " + cookie + " $sticky_key {\n\t\"~^[0-9a-f]{32}$\" " + cookie + ";\n\tdefault $request_id;\n}\n" +
         "map " + cookie + " $sticky_answer {\n\t\"~^[0-9a-f]{32}$\" \"\";\n\tdefault \"" + fleet.sticky_cookie +
         "=$request_id" + attributes + "\";\n}\n";
}

std::string sticky_cookie(const Fleet& fleet) {
  return fleet.sticky_cookie.empty() ? "" : "add_header Set-Cookie $sticky_answer always;";
}

std::string tls(const Fleet::Tls& tls) {
  if (!tls.enabled()) return {};
  const std::string key = (tls.key.empty() ? tls.certificate : tls.key).string();
  return "ssl_certificate " + tls.certificate.string() +
         ";\n"
         "ssl_certificate_key " +
         key +
         ";\n"
         "ssl_protocols TLSv1.2 TLSv1.3;\n"
         "ssl_ciphers " +
         std::string(tls12_ciphers) +
         ";\n"
         "ssl_session_cache shared:banyan:10m;\n"
         "ssl_session_timeout 1d;\n"
         "ssl_session_tickets off;";
}

std::string next(const Fleet& fleet, const config::Limits& limits) {
  if (fleet.retries == 0) return "proxy_next_upstream off;";
  return "proxy_next_upstream error timeout http_503;\n"
         "proxy_next_upstream_tries " +
         std::to_string(fleet.retries + 1) +
         ";\n"
         "proxy_next_upstream_timeout " +
         duration(limits.request_timeout) + ";";
}

std::string added_headers(const Fleet::Tls& tls) {
  std::string lines = "add_header X-Request-Id $request_name always;";
  if (tls.hsts.count() > 0)
    lines += "\nadd_header Strict-Transport-Security max-age=" + std::to_string(tls.hsts.count()) + " always;";
  return lines;
}

// nginx has numbers of its own for some of them.
struct ErrorPage {
  std::string_view statuses;
  int answered;
};
constexpr ErrorPage error_pages[] = {{"400", 400}, {"408", 408}, {"413", 413},
                                     {"414", 414}, {"494", 431}, {"500", 500}};

std::string given_back(int status) {
  return "return " + std::to_string(status) + " '" + problem_json(own_answer(status)) + "';\n";
}

std::string error_page_lines() {
  std::string lines;
  for (const ErrorPage& page : error_pages)
    lines += "error_page " + std::string(page.statuses) + " = @answer_" + std::to_string(page.answered) + ";\n";
  return lines + "error_page 502 503 = @no_answer;\nerror_page 504 = @late_answer;";
}

std::string error_locations(const Fleet::Tls& tls) {
  const std::string begin = "\tdefault_type application/problem+json;\n";
  std::string own = "\t" + added_headers(tls) + "\n";
  if (const auto at = own.find('\n'); at + 1 < own.size()) own.insert(at + 1, "\t");
  std::string lines;
  for (const ErrorPage& page : error_pages) {
    lines += "location @answer_" + std::to_string(page.answered) + " {\n";
    lines += begin;
    lines += own;
    lines += "\t" + given_back(page.answered) + "}\n";
  }
  const auto unless_sent = [&](const std::string& name, int sent) {
    return "location @" + name + " {\n" + begin + own + "\tif ($was_sent) {\n\t\t" + given_back(sent) + "\t}\n\t" +
           "add_header Retry-After $retry_after always;\n\t" + given_back(503) + "}";
  };
  return lines + unless_sent("no_answer", 502) + "\n" + unless_sent("late_answer", 504);
}

std::string redirect(const Fleet& fleet) {
  if (fleet.tls.redirect.port == 0) return {};
  const std::string port = fleet.listen.port == 443 ? "" : ":" + std::to_string(fleet.listen.port);
  return "server {\n"
         "\tlisten " +
         listen(fleet.tls.redirect) +
         ";\n"
         "\treturn 308 https://$host" +
         port +
         "$request_uri;\n"
         "}\n";
}

std::string metrics(const Fleet& fleet) {
  if (fleet.metrics.port == 0) return {};
  return "server {\n"
         "\tlisten " +
         listen(fleet.metrics) +
         ";\n"
         "\taccess_log off;\n"
         "\tlocation / {\n\t\treturn 404;\n\t}\n"
         "\tlocation = /metrics {\n\t\tstub_status;\n\t}\n"
         "}\n";
}

// Of the main section and of http: what lies elsewhere than Debian's package has it.
std::string system_lines(const Placement& placement) {
  return placement.folder.empty() ? "user www-data;\npid /run/nginx.pid;"
                                  : "pid " + (placement.folder / "nginx.pid").string() + ";";
}

std::string path_lines(const Placement& placement) {
  if (placement.folder.empty()) return {};
  std::string lines;
  for (const char* what : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    lines += std::string(what) + "_temp_path " + (placement.folder / "nginx").string() + "_" + what + ";\n";
  return lines;
}

std::string access_log(const Placement& placement) {
  if (!placement.request_log) return "off";
  const std::filesystem::path file =
      placement.folder.empty() ? "/var/log/nginx/access.log" : placement.folder / "nginx_access.log";
  return file.string() + " banyan";
}

}  // namespace

Result<std::string> render_nginx(const Config& config, const Placement& placement) {
  if (auto sound = check_renderable(config); !sound) return std::unexpected(sound.error());
  const Fleet& fleet = config.fleet;
  const config::Limits& limits = config.server.limits;
  const auto number = [](std::size_t value) { return std::to_string(value); };
  const Filling fillings[] = {
      {"app", config.app_name},
      {"system", system_lines(placement)},
      {"files", number(2 * limits.connections + 1024)},
      {"drain", duration(fleet.drain)},
      {"worker_connections", number(2 * limits.connections)},
      {"paths", path_lines(placement)},
      {"access_log", access_log(placement)},
      {"sticky_maps", sticky_maps(fleet)},
      {"balance", balance(fleet)},
      {"health_path", fleet.health.path},
      {"servers", servers(fleet)},
      {"kept", number(kept_connections)},
      {"kept_time", duration(limits.idle_timeout / 2)},
      {"listen", listen(fleet.listen) + (fleet.tls.enabled() ? " ssl http2" : "")},
      {"tls", tls(fleet.tls)},
      {"header_timeout", duration(limits.header_timeout)},
      {"body_timeout", duration(limits.body_timeout)},
      {"write_timeout", duration(limits.write_timeout)},
      {"idle_timeout", duration(limits.idle_timeout)},
      {"body", number(limits.body_bytes)},
      {"header_buffer", number(std::max(limits.request_line_bytes, limits.header_bytes))},
      {"connect_timeout", duration(fleet.health.timeout)},
      {"server_timeout", duration(limits.request_timeout + seconds(5))},
      {"next", next(fleet, limits)},
      {"added_headers", added_headers(fleet.tls)},
      {"sticky_cookie", sticky_cookie(fleet)},
      {"error_pages", error_page_lines()},
      {"error_locations", error_locations(fleet.tls)},
      {"redirect", redirect(fleet)},
      {"metrics", metrics(fleet)},
  };
  return fill(template_text, fillings);
}

}  // namespace banyan::fleet
