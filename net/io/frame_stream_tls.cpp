// The TLS path of the frame stream: the same queue, the same single writer, ciphertext instead of frames.
#include "net/io/frame_stream.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>
#include <sys/uio.h>

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
    const auto got = tls_->read(into);
    tls_->take_ciphertext(ciphertext_);
    if (ciphertext_.size() > ciphertext_sent_)
      mark_dirty();
    switch (got.outcome) {
    case tls_stream::status::ok:
      return {read_status::data, got.bytes};
    case tls_stream::status::closed:
      return {read_status::end_of_stream, 0};
    case tls_stream::status::failed:
      flush(); // The alert says why.
      return {read_status::failed, 0};
    case tls_stream::status::want_input:
      break;
    }
    thread_local char input[record_bytes];
    boost::system::error_code ec;
    const auto bytes = socket_.read_some(boost::asio::buffer(input, sizeof input), ec);
    if (ec == boost::asio::error::would_block)
      return {read_status::would_block, 0};
    if (ec)
      return {ec == boost::asio::error::eof ? read_status::end_of_stream : read_status::failed, 0};
    counters_->bytes_received.add(bytes);
    tls_->put_ciphertext({input, bytes});
  }
}

frame_stream::flush_outcome frame_stream::flush_tls() {
  for (;;) {
    if (ciphertext_sent_ == ciphertext_.size()) {
      ciphertext_sent_ = 0;
      ciphertext_.clear();
      if (!encrypt_some())
        return flush_outcome::broken;
      if (ciphertext_.empty()) {
        if (ciphertext_.capacity() > ciphertext_kept_bytes)
          give_back(ciphertext_);
        return flush_outcome::drained;
      }
    }
    const iovec rest{ciphertext_.data() + ciphertext_sent_, ciphertext_.size() - ciphertext_sent_};
    const auto sent = send(&rest, 1);
    if (sent < 0)
      return errno == EAGAIN || errno == EWOULDBLOCK ? flush_outcome::blocked : flush_outcome::broken;
    ciphertext_sent_ += static_cast<std::size_t>(sent);
    if (static_cast<std::size_t>(sent) < rest.iov_len)
      return flush_outcome::blocked;
  }
}

/// Encrypts up to four full records of what waits; small frames share a record.
bool frame_stream::encrypt_some() {
  if (!tls_->is_established())
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
    if (!tls_->write(plain))
      return false;
    consume(plain.size());
  }
  tls_->take_ciphertext(ciphertext_);
  return true;
}

} // namespace arauto::io
