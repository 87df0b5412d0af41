#include "net/io/last_words.hpp"

#include <utility>

namespace arauto::io {

void drop_input(const std::shared_ptr<frame_stream>& stream, std::function<void()> done) {
  stream->wait_readable([stream, done = std::move(done)](const boost::system::error_code& ec) mutable {
    thread_local char dropped[65536];
    const auto got = ec ? frame_stream::read_outcome{frame_stream::read_status::failed, 0} : stream->read_now(dropped);
    if (got.status == frame_stream::read_status::data || got.status == frame_stream::read_status::would_block)
      drop_input(stream, std::move(done));
    else
      done();
  });
}

namespace {

/// Keeps a stream until its last bytes have left.
class departure final : public std::enable_shared_from_this<departure>, private timer {
public:
  explicit departure(std::shared_ptr<frame_stream> stream) : stream_{std::move(stream)} {}

  void start(std::string bytes) {
    keep_ = shared_from_this();
    stream_->home().arm(*this, close_timeout);
    if (!bytes.empty())
      stream_->write(std::move(bytes));
    stream_->finish();
    drop_input(stream_, [self = keep_] { self->on_timer(); });
  }

private:
  void on_timer() override {
    const auto self = std::move(keep_);
    stream_->home().disarm(*this);
    stream_->close();
  }

  std::shared_ptr<frame_stream> stream_;
  std::shared_ptr<departure> keep_;
};

} // namespace

void send_and_end(std::shared_ptr<frame_stream> stream, std::string bytes) {
  std::make_shared<departure>(std::move(stream))->start(std::move(bytes));
}

} // namespace arauto::io
