// What a caller may have got wrong in a batch.
#include "session/session.hpp"

namespace lading {

void Session::check(const Batch& batch, std::int64_t begin, std::int64_t end) const {
  if (begin < 0 || end < begin || end > batch.entries)
    throw Error("entries [" + std::to_string(begin) + ", " + std::to_string(end) + ") are not all in the batch of " +
                    std::to_string(batch.entries),
                Fault::value);
  if (begin == end) return;
  for (std::size_t a = 0; a < model_->bundle().axes.size(); ++a) {
    const Axis& axis = model_->bundle().axes[a];
    if (axis.kind != Axis::Kind::sequence) continue;
    if (!batch.offsets[a])
      throw Error("axis '" + axis.name + "' is a sequence: run_batch needs its offsets", Fault::value);
    if (batch.offsets[a][begin] < 0)
      throw Error("axis '" + axis.name + "': entry " + std::to_string(begin) + " begins at element " +
                      std::to_string(batch.offsets[a][begin]) + "; offsets are at least 0",
                  Fault::value);
  }
  refuse_gaps(batch);
}

// What would otherwise be read from nowhere.
void Session::refuse_gaps(const Batch& batch) const {
  for (std::size_t c = 0; c < batch.feeds.size(); ++c) {
    const Feed& feed = batch.feeds[c];
    const int axis = model_->table().columns[c].axis;
    const std::int64_t* offsets = axis < 0 ? nullptr : batch.offsets[static_cast<std::size_t>(axis)];
    if (!feed.data && (!offsets || offsets[batch.entries] > offsets[0]))
      throw Error(model_->text(static_cast<int>(c)) + " was not given to run_batch", Fault::value);
    if (feed.type > Type::boolean || feed.type == Type::float16 || feed.type == Type::bfloat16)
      throw Error(model_->text(static_cast<int>(c)) + ": numbers of this type cannot be fed", Fault::value);
  }
}

}  // namespace lading
