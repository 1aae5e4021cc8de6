// Feeds a stream of replies whole and in pieces: what is read must be the same. The first byte says how it is split.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "banyan/wire/resp.hpp"

namespace {

using namespace banyan::resp;

constexpr std::size_t reply_bytes_max = 4'096;

std::size_t memory_of(const Reply& reply) {
  std::size_t bytes = sizeof(Reply) + reply.text.size();
  for (const Reply& item : reply.items) bytes += memory_of(item);
  return bytes;
}

std::size_t depth_of(const Reply& reply) {
  std::size_t deepest = 0;
  for (const Reply& item : reply.items) deepest = std::max(deepest, depth_of(item));
  return deepest + (reply.kind == Reply::Kind::array ? 1 : 0);
}

std::vector<Reply> read(std::string_view bytes, std::size_t piece) {
  Reader reader(reply_bytes_max);
  std::vector<Reply> replies;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.feed(bytes.substr(at, piece));
    while (true) {
      auto next = reader.next();
      if (!next) return replies;
      if (!*next) break;
      if (memory_of(**next) > reply_bytes_max || depth_of(**next) > depth_max) std::abort();
      replies.push_back(std::move(**next));
    }
  }
  return replies;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::vector<Reply> whole = read(bytes, std::max<std::size_t>(bytes.size(), 1));
  const std::vector<Reply> pieces = read(bytes, data[0] % 64 + 1);
  // One that ends past the bound is refused where its end is still to come, and may be taken where it is there.
  if (pieces.size() > whole.size()) std::abort();
  for (std::size_t i = 0; i < pieces.size(); ++i)
    if (!(pieces[i] == whole[i])) std::abort();
  return 0;
}
