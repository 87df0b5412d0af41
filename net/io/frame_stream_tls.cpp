// The TLS path of the frame stream: the same queue, the same single writer, ciphertext instead of frames.
#include "net/io/frame_stream.hpp"

#include <array>
#include <cerrno>

namespace arauto::io {

namespace {

/// One TLS record holds 16 KiB.
constexpr std::size_t record_bytes = 16384;
/// Records that are encrypted ahead of the socket.
constexpr int records_ahead = 4;
constexpr std::size_t ciphertext_kept_bytes = 4096;

} // namespace

frame_stream::read_outcome frame_stream::read_tls(std::span<char> into) {
  for (;;) {
    const auto got = tls_->session->read(into);
    tls_->session->take_ciphertext(tls_->ciphertext);
    if (tls_->has_unsent())
      mark_dirty();
    switch (got.outcome) {
    case tls_stream::status::ok:
      has_input_ = true; // Until it asks for more bytes.
      return {read_status::data, got.bytes};
    case tls_stream::status::closed:
      return {read_status::end_of_stream, 0};
    case tls_stream::status::failed:
      flush(); // The alert says why.
      return {read_status::failed, 0};
    case tls_stream::status::want_input:
      break;
    }
    thread_local std::array<char, record_bytes> input;
    const auto from_socket = read_socket(input);
    if (from_socket.status != read_status::data)
      return from_socket;
    tls_->session->put_ciphertext({input.data(), from_socket.bytes});
  }
}

frame_stream::flush_outcome frame_stream::flush_tls() {
  for (;;) {
    auto& [session, ciphertext, done] = *tls_;
    if (!tls_->has_unsent()) {
      done = 0;
      ciphertext.clear();
      if (!encrypt_some())
        return flush_outcome::broken;
      if (ciphertext.empty()) {
        if (ciphertext.capacity() > ciphertext_kept_bytes)
          give_back(ciphertext);
        return flush_outcome::drained;
      }
    }
    const iovec rest{ciphertext.data() + done, ciphertext.size() - done};
    const auto sent = send(&rest, 1);
    if (sent < 0)
      return errno == EAGAIN || errno == EWOULDBLOCK ? flush_outcome::blocked : flush_outcome::broken;
    done += static_cast<std::size_t>(sent);
    if (static_cast<std::size_t>(sent) < rest.iov_len)
      return flush_outcome::blocked;
  }
}

/// Encrypts up to four full records of what waits; small frames share a record.
bool frame_stream::encrypt_some() {
  if (!tls_->session->is_established())
    return true; // Kept until the handshake is done; reading drives it.
  thread_local std::string plain;
  for (int record = 0; record < records_ahead; ++record) {
    plain.clear();
    const auto take = [&](std::string_view bytes) { plain.append(bytes.substr(0, record_bytes - plain.size())); };
    for (std::size_t i = 0; i < chunks_.size() && plain.size() < record_bytes; ++i)
      take(chunks_[i].rest());
    if (source_ != nullptr && !finishing_)
      for (std::size_t i = 0; i < source_->size() && plain.size() < record_bytes; ++i)
        take(source_->at(i)->websocket());
    if (plain.empty())
      break;
    if (!tls_->session->write(plain))
      return false;
    consume(plain.size());
  }
  tls_->session->take_ciphertext(tls_->ciphertext);
  return true;
}

} // namespace arauto::io
