#include "net/socketio/packet_reader.hpp"

#include "net/socketio/attachment_order.hpp"

namespace arauto::socketio {

namespace {

bool announces_attachments(std::string_view message) noexcept {
  return message.starts_with(static_cast<char>(packet_type::binary_event)) ||
         message.starts_with(static_cast<char>(packet_type::binary_ack));
}

} // namespace

result<const assembled_packet*> packet_reader::on_text(std::string_view message) {
  if (is_pending()) {
    work_.reset();
    return errc::bad_attachment;
  }
  work_ = std::make_unique<work>();
  if (announces_attachments(message)) {
    // The head outlives its message: it waits for the attachments.
    work_->text = message;
    message = work_->text;
  }
  const auto head = parse_packet(message, *limits_);
  if (!head)
    return head.error();
  work_->packet.packet = *head;
  work_->is_pending = head->attachments_due > 0;
  return work_->is_pending ? nullptr : &work_->packet;
}

result<const assembled_packet*> packet_reader::on_binary(std::string_view bytes) {
  if (!is_pending())
    return errc::bad_attachment;
  work_->attachment_bytes += bytes.size();
  if (work_->attachment_bytes > limits_->attachment_bytes_max) {
    work_.reset();
    return errc::too_large;
  }
  auto& attachments = work_->packet.attachments;
  attachments.emplace_back(bytes);
  if (attachments.size() < work_->packet.packet.attachments_due)
    return nullptr;
  work_->is_pending = false;
  auto& payload = work_->packet.packet.payload;
  work_->ordered_payload = put_in_order(payload, attachments);
  if (!work_->ordered_payload.empty())
    payload = work_->ordered_payload;
  return &work_->packet;
}

} // namespace arauto::socketio
