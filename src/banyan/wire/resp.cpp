#include "banyan/wire/resp.hpp"

#include <hiredis/hiredis.h>
#include <hiredis/read.h>

#include <new>

namespace banyan::resp {
namespace {

/// What the parser's callbacks fill: one reply at a time. An item is appended to its array when it has come, so that
/// a server that announces many costs nothing; those before it are finished then, and nobody points at them.
struct Building {
  std::size_t bytes_max = 0;
  std::size_t bytes = 0;  // of what stands in `root`
  bool too_large = false;
  Reply root;

  // The parser has no way to carry an exception: no memory is the null that it knows.
  Reply* place(const redisReadTask* task, std::size_t text_bytes = 0) noexcept {
    bytes += sizeof(Reply) + text_bytes;
    if (bytes > bytes_max) return too_large = true, nullptr;
    if (task->parent == nullptr) return &(root = Reply());
    try {
      return &static_cast<Reply*>(task->parent->obj)->items.emplace_back();
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }
};

Building& building(const redisReadTask* task) { return *static_cast<Building*>(task->privdata); }

Reply::Kind kind_of(int type) {
  if (type == REDIS_REPLY_STATUS) return Reply::Kind::status;
  return type == REDIS_REPLY_ERROR ? Reply::Kind::error : Reply::Kind::string;
}

void* make_string(const redisReadTask* task, char* text, std::size_t length) {
  Reply* const reply = building(task).place(task, length);
  if (reply == nullptr) return nullptr;
  reply->kind = kind_of(task->type);
  try {
    reply->text.assign(text, length);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  return reply;
}

void* make_array(const redisReadTask* task, int /*length*/) {
  Reply* const reply = building(task).place(task);
  if (reply != nullptr) reply->kind = Reply::Kind::array;
  return reply;
}

void* make_integer(const redisReadTask* task, long long value) {
  Reply* const reply = building(task).place(task);
  if (reply == nullptr) return nullptr;
  reply->kind = Reply::Kind::integer;
  reply->integer = value;
  return reply;
}

void* make_nil(const redisReadTask* task) { return building(task).place(task); }

// All of a reply lies in Building::root.
void free_nothing(void*) {}

// The parser takes it as mutable, and does not change it.
redisReplyObjectFunctions functions{.createString = make_string,
                                    .createArray = make_array,
                                    .createInteger = make_integer,
                                    .createNil = make_nil,
                                    .freeObject = free_nothing};

struct FreeReader {
  void operator()(redisReader* reader) const noexcept { redisReaderFree(reader); }
};

}  // namespace

struct Reader::State {
  Building built;
  std::unique_ptr<redisReader, FreeReader> parser{redisReaderCreateWithFunctions(&functions)};
  std::optional<Error> failure;

  std::size_t unread() const noexcept { return parser->len - parser->pos; }

  std::unexpected<Error> fail_for_good(Error error) {
    failure = std::move(error);
    return fail(*failure);
  }
  Error too_large() const {
    return Error(ErrorCode::too_large, "an answer is larger than " + std::to_string(built.bytes_max) + " bytes");
  }
  Error parser_error() const {
    if (parser->err == REDIS_ERR_OOM && built.too_large) return too_large();
    if (parser->err == REDIS_ERR_OOM) return Error(ErrorCode::overloaded, "there is no memory for an answer");
    return Error(ErrorCode::invalid, "what was answered is not the protocol of Redis").with_detail(parser->errstr);
  }
};

Reader::Reader(std::size_t reply_bytes_max) : state_(std::make_unique<State>()) {
  if (!state_->parser) throw std::bad_alloc();
  state_->built.bytes_max = reply_bytes_max;
  state_->parser->privdata = &state_->built;
}

Reader::~Reader() = default;

void Reader::feed(std::string_view bytes) {
  if (state_->failure || bytes.empty()) return;
  if (redisReaderFeed(state_->parser.get(), bytes.data(), bytes.size()) != REDIS_OK)
    state_->failure = state_->parser_error();
}

Result<std::optional<Reply>> Reader::next() {
  State& state = *state_;
  if (state.failure) return fail(*state.failure);
  void* reply = nullptr;
  if (redisReaderGetReply(state.parser.get(), &reply) != REDIS_OK) return state.fail_for_good(state.parser_error());
  if (reply == nullptr) {
    // All that has not been read is of the one reply whose end is missing.
    if (state.built.bytes + state.unread() > state.built.bytes_max) return state.fail_for_good(state.too_large());
    return std::nullopt;
  }
  state.built.bytes = 0;
  return std::optional<Reply>(std::move(state.built.root));
}

Result<void> append_command(std::string& out, std::span<const std::string_view> words) {
  std::size_t bytes = 0;
  std::vector<const char*> starts;
  std::vector<std::size_t> lengths;
  starts.reserve(words.size());
  lengths.reserve(words.size());
  for (const std::string_view word : words) {
    starts.push_back(word.data() == nullptr ? "" : word.data());
    lengths.push_back(word.size());
    if (word.size() > command_bytes_max - bytes) return fail(ErrorCode::too_large, "a command is too large for Redis");
    bytes += word.size();
  }
  char* formatted = nullptr;
  const int length = redisFormatCommandArgv(&formatted, static_cast<int>(words.size()), starts.data(), lengths.data());
  if (length < 0) throw std::bad_alloc();
  const std::unique_ptr<char, decltype(&redisFreeCommand)> owned(formatted, &redisFreeCommand);
  out.append(formatted, static_cast<std::size_t>(length));
  return {};
}

}  // namespace banyan::resp
