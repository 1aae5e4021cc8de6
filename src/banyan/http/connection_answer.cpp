#include <algorithm>

#include "banyan/http/connection.hpp"
#include "banyan/http/forwarded.hpp"
#include "banyan/http/response_writer.hpp"

namespace banyan::http {
namespace {

// A body up to this size is copied behind its head; a larger one is sent from where it is.
constexpr std::size_t copied_body_bytes_max = 8 * 1024;
// With so much waiting to be sent, pipelined answers go out before the next request is looked at.
constexpr std::size_t batch_bytes_max = 32 * 1024;

bool has_header(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers, [&](const auto& header) { return header.first == name; });
}

}  // namespace

void Connection::answer(Response&& response) {
  const Head& head = exchange_->reader.head();
  const bool is_head = exchange_->reader.request().method == Method::head;
  const bool keep_alive = head.keep_alive && !response.close && !loop_->stopping();
  send_answer(std::move(response), is_head, keep_alive, &head);
}

void Connection::answer_fault(Fault fault) {
  if (!exchange_) begin_exchange();
  site_.metrics.refused[static_cast<std::size_t>(fault)]->add();
  const bool has_head = exchange_->reader.has_head();
  const bool is_head = has_head && exchange_->reader.request().method == Method::head;
  linger_on_close_ = true;
  Response response = site_.parts.render_problem(problem_of(fault));
  if (response.status == 503 && !has_header(response, "Retry-After")) response.headers.emplace_back("Retry-After", "1");
  send_answer(std::move(response), is_head, false, has_head ? &exchange_->reader.head() : nullptr);
}

// `asked` is null when the request could not be understood.
void Connection::send_answer(Response&& response, bool head, bool keep_alive, const Head* asked) {
  Exchange& exchange = *exchange_;
  exchange.answered = true;
  if (ended_) return;  // aborted while the handler ran

  std::string cors_lines;
  if (site_.cors.enabled()) cors_lines = site_.cors.header_lines(asked ? asked->origin : std::string_view());
  Framing framing;
  framing.date_line = loop_->date_line(exchange.began.wall);
  framing.request_id = exchange.context ? std::string_view(exchange.context->request_id) : loop_->next_request_id();
  framing.cors_lines = cors_lines;
  framing.head = head;
  framing.close = !keep_alive;
  framing.keep_alive = keep_alive && asked && asked->http_1_0;

  const std::string_view body = sends_body(response, head) ? response.body.bytes() : std::string_view();
  const bool copied = body.size() <= copied_body_bytes_max;
  if (!out_.has_block()) loop_->buffers().lend(out_);
  write_head(out_, response, framing);
  const int status = response.status;
  const std::size_t body_bytes = body.size();
  if (copied) {
    out_.reserve(body.size());
    out_.add(body);
  } else {
    exchange.answer = std::move(response);
    exchange.holds_answer = true;
    large_ = exchange.answer.body.bytes();
  }

  closing_ = !keep_alive;
  must_write_ = closing_ || !copied || in_.empty() || out_.bytes().size() >= batch_bytes_max ||
                ++batched_ >= site_.limits.pipelined_requests;
  if (must_write_) flush();  // what fails or does not fit is seen again by the next step
  record(status, body_bytes, framing.request_id);
  served_any_ = true;
  if (!must_write_ || (copied && !closing_)) end_exchange();
}

void Connection::record(int status, std::size_t body_bytes, std::string_view request_id) {
  const Exchange& exchange = *exchange_;
  Request& request = exchange_->reader.request();
  const bool understood = !request.target.empty();
  const Moment now = loop_->now();
  last_activity_ = now.steady;
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now.steady - exchange.began.steady).count();

  Histogram* latency = exchange.route ? exchange.route->latency(request.method, status) : nullptr;
  if (!latency) {
    const std::size_t method = understood ? static_cast<std::size_t>(request.method) : method_count;
    const auto status_class = static_cast<std::size_t>(status) / 100;
    latency = status_class < 6 ? site_.metrics.unmatched[method][status_class] : nullptr;
  }
  if (latency) latency->observe(static_cast<std::uint64_t>(took));

  AccessEntry entry;
  entry.at = exchange.began.wall;
  entry.duration_us = static_cast<std::uint64_t>(took);
  if (understood) entry.method = to_string(request.method);
  entry.target = request.target;
  entry.route = request.route;
  entry.status = status;
  entry.bytes_in = request.body.size();
  entry.bytes_out = body_bytes;
  entry.request_id = request_id;
  const std::string_view client =
      trusts_remote_ && understood ? forwarded_client(request.headers, site_.trusted_proxies) : std::string_view();
  entry.remote = client.empty() ? remote_ : client;
  site_.parts.access_log.record(entry);
}

}  // namespace banyan::http
