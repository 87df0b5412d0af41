#include "net/io/last_words.hpp"

#include <utility>

namespace arauto::io {

namespace {

/// Keeps a stream until its last bytes have left.
class departure final : public std::enable_shared_from_this<departure>, private stream_owner, private timer {
public:
  explicit departure(std::shared_ptr<frame_stream> stream) : stream_{std::move(stream)} {}

  void start(std::string bytes) {
    keep_ = shared_from_this();
    stream_->home().arm(*this, close_timeout);
    if (!bytes.empty())
      stream_->write(std::move(bytes));
    stream_->set_owner(this);
    stream_->finish();
    stream_->want_input();
  }

private:
  void on_readable() override { drop_input(*stream_) ? stream_->want_input() : on_timer(); }
  void on_drained() override {}
  void on_broken() override { on_timer(); }
  void on_timer() override {
    const auto self = std::move(keep_);
    stream_->home().disarm(*this);
    stream_->set_owner(nullptr);
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
